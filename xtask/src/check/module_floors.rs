//! Arrows between the modules of a crate only point down.
//!
//! What counts as an arrow is found by [`arrows`](super::arrows); here stands which arrows are allowed.

use super::arrows::Program;

/// The floors of a crate, lowest first. Modules of one floor may know each other.
type Floors = &'static [&'static [&'static str]];

// A new module gets its place here, a module that is gone loses it.
const CRATES: &[(&str, Floors)] = &[
    (
        "kysera-sql",
        &[
            &["ident", "lexer", "stack", "value"],
            &["wire"],
            &["cell"],
            &["read"],
            &["form", "row", "table"],
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
            &["pool"],
            &["statement"],
            &["plugin"],
            &["rewrite"],
            &["db"],
            &["prepared"],
            &["execute"],
            &["transaction"],
        ],
    ),
    (
        "kysera-net",
        &[&["pass_on", "password", "runtime", "tls", "url"], &["socket"], &["address"], &["options"]],
    ),
    (
        "kysera-sqlite",
        &[
            &["error", "exact", "history", "keyword", "options", "yield_now"],
            &["forms"],
            &["functions"],
            &["busy", "raw", "url"],
            &["checkpoint", "schedule"],
            &["manager"],
            &["blocking", "database"],
            &["connection"],
            &["statement", "stream", "transaction"],
            &["driver"],
        ],
    ),
    (
        "kysera-postgres",
        &[
            &["error", "flavour", "incarnation", "notification", "protocol", "ssl", "statements", "types"],
            &["params", "tls"],
            &["raw_connection"],
            &["options", "read"],
            &["server", "transaction"],
            &["cancel", "connect"],
            &["clean", "lost_commit"],
            &["manager"],
            &["connection"],
            &["run", "transact"],
            &["pipeline", "stream"],
            &["driver"],
            &["listener"],
        ],
    ),
    (
        "kysera-mysql",
        &[
            &["error", "facts", "flavour", "ssl", "transport"],
            &["packet", "tls", "wire"],
            &["columns", "params"],
            &["cells", "exchange", "statements"],
            &["raw_connection"],
            &["key_columns", "options", "read", "session", "warnings"],
            &["execute", "server"],
            &["login"],
            &["connect"],
            &["cancel"],
            &["clean"],
            &["manager"],
            &["connection"],
            &["ignore", "transact"],
            &["undone"],
            &["run"],
            &["pipeline", "stream"],
            &["driver"],
        ],
    ),
    (
        "kysera",
        &[&["dialect", "executor", "extend", "layers", "plugins"], &["dal", "repository"], &["prelude"]],
    ),
    (
        "kysera-macros",
        &[&["fields", "krate", "row"], &["from_row", "policy_context", "sql_enum", "sql_type"], &["table"]],
    ),
    ("kysera-testing", &[&["by_hand", "log"], &["skip"], &["conformance", "servers"]]),
    (
        "xtask",
        &[
            &["process"],
            &["servers", "skips", "fuzz", "matrix"],
            &["check", "lost_commits", "mutants", "oracle", "test"],
        ],
    ),
];

/// Returns a sentence for each arrow that does not point down, each module without a floor, and each crate without any.
pub(crate) fn problems(programs: &[Program]) -> Vec<String> {
    let roots = programs.iter().filter_map(|program| Some((crate_of(&program.files[0].0)?, program)));
    let mut problems = Vec::new();
    for (name, program) in roots {
        match CRATES.iter().find(|(listed, _)| *listed == name) {
            Some((name, floors)) => problems.extend(Crate { name, floors }.problems(program)),
            None => {
                problems.push(format!("{name}: the modules have no floors: give them some in {}", file!()))
            }
        }
    }
    problems
}

/// Returns the crate that a root belongs to, if it is one that has floors.
fn crate_of(root: &str) -> Option<&str> {
    let folder = root.strip_suffix("/src/lib.rs").or_else(|| root.strip_suffix("/src/main.rs"))?;
    folder.strip_prefix("crates/").or_else(|| Some(folder).filter(|name| *name == "xtask"))
}

struct Crate {
    name: &'static str,
    floors: Floors,
}

impl Crate {
    fn problems(&self, program: &Program) -> Vec<String> {
        let mut problems = self.unlisted(&program.top_modules().collect::<Vec<_>>());
        let globs = program.root_globs.iter().map(|file| {
            format!("{}: a glob of the crate's root hides what is used: name it", program.files[*file].0)
        });
        problems.extend(globs);
        problems.extend(program.arrows.iter().filter_map(|((from, to), names)| {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            self.problem(&program.files[*from], &program.files[*to], &names.join(", "))
        }));
        problems
    }

    fn unlisted(&self, modules: &[&str]) -> Vec<String> {
        let name = self.name;
        let without = modules.iter().filter(|module| self.floor(module).is_none());
        let without = without
            .map(|module| format!("{name}: module `{module}` has no floor: give it one in {}", file!()));
        let listed = self.floors.iter().copied().flatten();
        let gone = listed.filter(|listed| !modules.contains(listed)).map(|listed| {
            format!("{name}: there is no module `{listed}`: take it off the list in {}", file!())
        });
        without.chain(gone).collect()
    }

    /// Judges an arrow from one file to another, each given with its module.
    fn problem(
        &self,
        (file, from): &(String, Vec<String>),
        (_, to): &(String, Vec<String>),
        names: &str,
    ) -> Option<String> {
        let from = from.first()?;
        let Some(to) = to.first() else {
            return Some(format!("{file}: uses {names} of the crate's root, which stands above all modules"));
        };
        if from == to || self.floor(to)? <= self.floor(from)? {
            return None;
        }
        Some(format!("{file}: module `{from}` must not use `{to}` ({names}), which stands above it"))
    }

    fn floor(&self, module: &str) -> Option<usize> {
        self.floors.iter().position(|floor| floor.contains(&module))
    }
}

#[cfg(test)]
mod tests {
    use super::{Crate, crate_of};
    use crate::check::arrows::programs;

    const LIB: &str =
        "pub mod ast; pub mod compile; pub mod value; pub use compile::Sql; pub use serde::Serialize;";
    const EXAMPLE: Crate = Crate { name: "x", floors: &[&["value"], &["ast"], &["compile"]] };

    fn problems_of(files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned()));
        let programs = programs(&files.collect::<Vec<_>>()).unwrap();
        assert_eq!(programs.len(), 1);
        EXAMPLE.problems(&programs[0])
    }

    fn problems(file: &str, code: &str) -> Vec<String> {
        let ast = if file.ends_with("expr.rs") { "mod expr; pub struct Select;" } else { "" };
        problems_of(&[
            ("crates/x/src/lib.rs", LIB),
            ("crates/x/src/value.rs", ""),
            ("crates/x/src/compile.rs", "macro_rules! emit { () => {} } pub struct Sql;"),
            ("crates/x/src/ast.rs", ast),
            (file, code),
        ])
    }

    #[test]
    fn an_arrow_down_is_fine() {
        assert_eq!(problems("crates/x/src/ast.rs", "use crate::value::Value; use super::value;"), [""; 0]);
        assert_eq!(problems("crates/x/src/ast/expr.rs", "use super::Select; use crate::ast::From;"), [""; 0]);
        assert_eq!(problems("crates/x/src/ast.rs", "use crate::Serialize;"), [""; 0]);
    }

    #[test]
    fn an_arrow_up_is_named_with_its_file() {
        let upward = |file: &str, name: &str| {
            [format!("{file}: module `ast` must not use `compile` ({name}), which stands above it")]
        };
        let file = "crates/x/src/ast/expr.rs";
        for (code, name) in [
            ("use crate::compile::Sql;", "Sql"),
            ("use crate::{value::Value, compile::{Parts, Sql}};", "Parts, Sql"),
            ("use super::super::compile;", "compile"),
            ("fn f() { x!(crate::compile::Sql) }", "Sql"),
            ("use crate::Sql;", "Sql"),
            ("fn f() { crate::emit!() }", "emit"),
            ("fn f() { emit!() }", "emit"),
        ] {
            assert_eq!(problems(file, code), upward(file, name), "{code}");
        }
        let file = "crates/x/src/ast.rs";
        assert_eq!(problems(file, "use super::compile;"), upward(file, "compile"));
    }

    #[test]
    fn what_hides_arrows_is_refused() {
        assert_eq!(problems("crates/x/src/ast.rs", "use crate::*;").len(), 1);
        assert_eq!(problems("crates/x/src/ast.rs", "use crate::Unheard;").len(), 1);
    }

    #[test]
    fn the_list_names_each_module_and_no_other() {
        let files = |lib| {
            let empty = ["ast", "compile", "value", "fresh"].map(|name| format!("crates/x/src/{name}.rs"));
            let empty: Vec<_> = empty
                .iter()
                .filter(|file| {
                    let name = file.rsplit('/').next().and_then(|name| name.strip_suffix(".rs"));
                    str::contains(lib, name.unwrap())
                })
                .map(|file| (file.as_str(), ""))
                .collect();
            problems_of(&[&[("crates/x/src/lib.rs", lib)], empty.as_slice()].concat())
        };
        assert!(
            files("mod ast; mod compile; mod value; mod fresh;")[0]
                .starts_with("x: module `fresh` has no floor")
        );
        assert!(files("mod ast; mod compile;")[0].starts_with("x: there is no module `value`"));
    }

    #[test]
    fn crates_are_told_by_their_roots() {
        assert_eq!(crate_of("crates/x/src/lib.rs"), Some("x"));
        assert_eq!(crate_of("xtask/src/main.rs"), Some("xtask"));
        assert_eq!(crate_of("crates/x/tests/suite/main.rs"), None);
        assert_eq!(crate_of("examples/src/lib.rs"), None);
    }
}
