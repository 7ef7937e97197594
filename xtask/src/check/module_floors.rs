//! Arrows between the modules of a crate only point down.
//!
//! What counts as an arrow is found by [`paths`]; here stands which arrows are allowed.

use super::paths;
use super::source::{text, tokens, tracked};
use crate::process::Result;
use std::collections::BTreeMap;
use std::path::Path;

/// The floors of a crate, lowest first. Modules of one floor may know each other.
type Floors = &'static [&'static [&'static str]];

// A new module gets its place here, a module that is gone loses it.
const CRATES: &[(&str, Floors)] = &[
    (
        "kysera-sql",
        &[
            &["ident", "value"],
            &["wire"],
            &["cell"],
            &["read"],
            &["row", "table"],
            &["types"],
            &["ast", "compiled"],
            &["visit"],
            &["dialect"],
            &["compile"],
            &["typed", "expr", "query"],
            &["write"],
            &["schema"],
            &["__private", "prelude", "row_macro"],
            &["doc"],
        ],
    ),
    (
        "kysera-core",
        &[
            &["error"],
            &["driver"],
            &["statement"],
            &["plugin"],
            &["rewrite"],
            &["db"],
            &["prepared"],
            &["execute"],
            &["transaction"],
        ],
    ),
    ("kysera", &[&["dialect", "plugins"], &["dal", "repository"], &["prelude"]]),
];

/// Returns a sentence for each arrow that does not point down, and each module without a floor.
pub(crate) fn problems() -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for (name, floors) in CRATES {
        let mut files = Vec::new();
        for file in tracked(&format!("crates/{name}/src/*.rs"))? {
            let text = text(&file)?.ok_or_else(|| format!("{}: is not text", file.display()))?;
            files.push((file.display().to_string(), text));
        }
        problems.extend(Crate { name, floors }.problems(&files)?);
    }
    Ok(problems)
}

struct Crate {
    name: &'static str,
    floors: Floors,
}

impl Crate {
    /// Checks a crate that consists of these files, given as path and text.
    fn problems(&self, files: &[(String, String)]) -> Result<Vec<String>> {
        let mut sources = Vec::new();
        for (file, text) in files {
            let tokens = tokens(text).map_err(|error| format!("{file}: {error}"))?;
            sources.push((file, module_of(file), tokens));
        }
        let mut root = Root::default();
        for (_, module, tokens) in &sources {
            root.read(module, tokens);
        }
        let mut problems = self.unlisted(&root.modules);
        for (file, module, tokens) in &sources {
            if module.last().is_some_and(|last| last == "tests") {
                continue;
            }
            let mut reached = paths::reached(tokens, module, &self.name.replace('-', "_"));
            reached.sort();
            reached.dedup();
            let top = module.first().map(String::as_str);
            problems.extend(reached.iter().filter_map(|to| self.problem(file, top?, to, &root)));
        }
        Ok(problems)
    }

    fn unlisted(&self, modules: &[String]) -> Vec<String> {
        let name = self.name;
        let without = modules.iter().filter(|module| self.floor(module).is_none());
        let without = without
            .map(|module| format!("{name}: module `{module}` has no floor: give it one in {}", file!()));
        let gone = self
            .floors
            .iter()
            .copied()
            .flatten()
            .filter(|listed| !modules.iter().any(|module| module == *listed));
        let gone = gone.map(|listed| {
            format!("{name}: there is no module `{listed}`: take it off the list in {}", file!())
        });
        without.chain(gone).collect()
    }

    /// Judges the arrow from module `from` to the name `to` below the crate's root.
    fn problem(&self, file: &str, from: &str, to: &str, root: &Root) -> Option<String> {
        if to == "*" {
            return Some(format!("{file}: a glob of the crate's root hides what is used: name it"));
        }
        let target = if root.modules.iter().any(|module| module == to) {
            Some(to)
        } else {
            root.names.get(to).map(String::as_str)
        };
        let Some(target) = target else {
            return Some(format!(
                "{file}: `crate::{to}` is neither a module nor re-exported by lib.rs: import it from its module"
            ));
        };
        let is_foreign = !root.modules.iter().any(|module| module == target);
        if is_foreign || target == from || self.floor(target)? <= self.floor(from)? {
            return None;
        }
        Some(format!("{file}: module `{from}` must not use `{target}`, which stands above it"))
    }

    fn floor(&self, module: &str) -> Option<usize> {
        self.floors.iter().position(|floor| floor.contains(&module))
    }
}

/// What `crate::` can be followed by.
#[derive(Default)]
struct Root {
    modules: Vec<String>,
    /// The names that lib.rs imports and the macros of the crate, with the module or crate they are from.
    names: BTreeMap<String, String>,
}

impl Root {
    fn read(&mut self, module: &[String], tokens: &[proc_macro2::TokenTree]) {
        match module.first() {
            None => {
                self.modules = paths::modules(tokens);
                let imports = paths::imports(tokens);
                self.names.extend(
                    imports.into_iter().filter_map(|(name, path)| Some((name, path.into_iter().next()?))),
                );
            }
            Some(top) => self.names.extend(paths::macros(tokens).into_iter().map(|name| (name, top.clone()))),
        }
    }
}

/// Returns the module path of a source file: `crates/x/src/ast/expr.rs` is `ast::expr`.
fn module_of(file: &str) -> Vec<String> {
    let below = file.split_once("/src/").map_or(file, |(_, below)| below);
    let path = Path::new(below).with_extension("");
    let mut module: Vec<_> = path.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    if module.last().is_some_and(|last| last == "mod") || module == ["lib"] {
        module.pop();
    }
    module
}

#[cfg(test)]
mod tests {
    use super::{Crate, module_of};

    const LIB: &str =
        "pub mod ast; pub mod compile; pub mod value; pub use compile::Sql; pub use serde::Serialize;";
    const EXAMPLE: Crate = Crate { name: "x", floors: &[&["value"], &["ast"], &["compile"]] };

    fn problems(module: &str, code: &str) -> Vec<String> {
        let files = [
            ("crates/x/src/lib.rs", LIB),
            (module, code),
            ("crates/x/src/compile.rs", "macro_rules! emit { () => {} }"),
        ];
        let files = files.map(|(file, text)| (file.to_owned(), text.to_owned()));
        EXAMPLE.problems(&files).unwrap()
    }

    #[test]
    fn an_arrow_down_is_fine() {
        assert_eq!(problems("crates/x/src/ast.rs", "use crate::value::Value; use super::value;"), [""; 0]);
        assert_eq!(problems("crates/x/src/ast/expr.rs", "use super::Select; use crate::ast::From;"), [""; 0]);
        assert_eq!(problems("crates/x/src/ast.rs", "use crate::Serialize;"), [""; 0]);
    }

    #[test]
    fn an_arrow_up_is_named_with_its_file() {
        let upward =
            |file: &str| [format!("{file}: module `ast` must not use `compile`, which stands above it")];
        let file = "crates/x/src/ast/expr.rs";
        for code in [
            "use crate::compile::Sql;",
            "use crate::{value::Value, compile::{Sql, Parts}};",
            "use super::super::compile;",
            "fn f() { x!(crate::compile::Sql) }",
            "use crate::Sql;",
            "fn f() { crate::emit!() }",
        ] {
            assert_eq!(problems(file, code), upward(file), "{code}");
        }
        assert_eq!(
            problems("crates/x/src/ast/mod.rs", "use super::compile;"),
            upward("crates/x/src/ast/mod.rs")
        );
    }

    #[test]
    fn what_hides_arrows_is_refused() {
        assert_eq!(problems("crates/x/src/ast.rs", "use crate::*;").len(), 1);
        assert_eq!(problems("crates/x/src/ast.rs", "use crate::Unheard;").len(), 1);
    }

    #[test]
    fn the_list_names_each_module_and_no_other() {
        let lib =
            |text: &str| EXAMPLE.problems(&[("crates/x/src/lib.rs".to_owned(), text.to_owned())]).unwrap();
        assert!(
            lib("mod ast; mod compile; mod value; mod fresh;")[0]
                .starts_with("x: module `fresh` has no floor")
        );
        assert!(lib("mod ast; mod compile;")[0].starts_with("x: there is no module `value`"));
    }

    #[test]
    fn files_are_modules() {
        assert_eq!(module_of("crates/x/src/lib.rs"), [""; 0]);
        assert_eq!(module_of("crates/x/src/ast/mod.rs"), ["ast"]);
        assert_eq!(module_of("crates/x/src/ast/expr.rs"), ["ast", "expr"]);
    }
}
