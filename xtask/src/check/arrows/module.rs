//! Finds the modules that a source file reaches by `crate::..`, `super::..` or `self::..`.
//!
//! Reads tokens, so that macro bodies count like any other code. Code under `#[cfg(test)]`
//! does not: a test may use whatever shows that the code above it works.

use super::source::{ident, is_punct};
use proc_macro2::{Delimiter, TokenTree};

/// Returns the first segment, below the crate's root, of every path in the tokens.
///
/// `module` is the module that the tokens stand in, and `crate_name` another word for `crate`.
/// A glob of the root is `*`.
pub(crate) fn reached(tokens: &[TokenTree], module: &[String], crate_name: &str) -> Vec<String> {
    let mut found = Vec::new();
    walk(tokens, module, crate_name, &mut found);
    found
}

/// Returns the modules that the tokens declare, at their own level.
pub(crate) fn modules(tokens: &[TokenTree]) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = tokens;
    while !rest.is_empty() {
        rest = match skip_test_item(rest) {
            Some(after) => after,
            None => {
                if is_module(rest) {
                    found.extend(ident(rest.get(1)));
                }
                &rest[1..]
            }
        };
    }
    found
}

/// Returns each name that the tokens import at their own level, with the path it stands for.
pub(crate) fn imports(tokens: &[TokenTree]) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if ident(Some(token)).as_deref() == Some("use") {
            let end = tokens[at..].iter().position(|token| is_punct(Some(token), ';'));
            let tree = &tokens[at + 1..end.map_or(tokens.len(), |end| at + end)];
            import(tree, &[], &mut found);
        }
    }
    found
}

/// Returns the names of the macros that the tokens define.
pub(crate) fn macros(tokens: &[TokenTree]) -> Vec<String> {
    let is_macro = |window: &&[TokenTree]| {
        ident(window.first()).as_deref() == Some("macro_rules") && is_punct(window.get(1), '!')
    };
    tokens.windows(3).filter(is_macro).filter_map(|window| ident(window.get(2))).collect()
}

fn walk(tokens: &[TokenTree], module: &[String], crate_name: &str, found: &mut Vec<String>) {
    let mut rest = tokens;
    while let Some(token) = rest.first() {
        if let Some(after) = skip_test_item(rest) {
            rest = after;
            continue;
        }
        if is_module(rest)
            && let Some(TokenTree::Group(body)) = rest.get(2)
        {
            let inner: Vec<_> = module.iter().cloned().chain(ident(rest.get(1))).collect();
            walk(&body.stream().into_iter().collect::<Vec<_>>(), &inner, crate_name, found);
            rest = &rest[3..];
            continue;
        }
        if let TokenTree::Group(group) = token {
            walk(&group.stream().into_iter().collect::<Vec<_>>(), module, crate_name, found);
        }
        if let Some((base, after)) = path_start(rest, module, crate_name) {
            match base.first() {
                Some(top) => found.push(top.clone()),
                None => first_segments(after, found),
            }
            // The rest of the path is walked too: it may hold generic arguments or a use group.
            rest = after;
            continue;
        }
        rest = &rest[1..];
    }
}

/// Returns the module that a path starts from, and what follows its first `::`.
fn path_start<'a>(
    tokens: &'a [TokenTree],
    module: &[String],
    crate_name: &str,
) -> Option<(Vec<String>, &'a [TokenTree])> {
    let word = ident(tokens.first())?;
    let mut after = after_colons(&tokens[1..])?;
    let mut base = module.to_vec();
    match word.as_str() {
        "self" => {}
        "super" => {
            base.pop();
            while ident(after.first()).as_deref() == Some("super")
                && let Some(next) = after_colons(&after[1..])
            {
                base.pop();
                after = next;
            }
        }
        "crate" => base.clear(),
        other if other == crate_name => base.clear(),
        _ => return None,
    }
    Some((base, after))
}

/// Collects the names that directly follow the root: one, or those of a use group.
fn first_segments(after: &[TokenTree], found: &mut Vec<String>) {
    match after.first() {
        Some(TokenTree::Ident(_)) => found.extend(ident(after.first())),
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let tokens: Vec<_> = group.stream().into_iter().collect();
            for tree in tokens.split(|token| is_punct(Some(token), ',')) {
                first_segments(tree, found);
            }
        }
        token if is_punct(token, '*') => found.push("*".to_owned()),
        _ => {}
    }
}

fn import(tree: &[TokenTree], path: &[String], found: &mut Vec<(String, Vec<String>)>) {
    let Some(token) = tree.first() else { return };
    if let TokenTree::Group(group) = token {
        let tokens: Vec<_> = group.stream().into_iter().collect();
        tokens.split(|token| is_punct(Some(token), ',')).for_each(|tree| import(tree, path, found));
        return;
    }
    let Some(word) = ident(Some(token)) else {
        // `use ::other::x` names another crate.
        return after_colons(tree).into_iter().for_each(|after| import(after, &["::".to_owned()], found));
    };
    let mut path = path.to_vec();
    match word.as_str() {
        "self" | "crate" => {}
        _ => path.push(word),
    }
    if let Some(after) = after_colons(&tree[1..]) {
        return import(after, &path, found);
    }
    let renamed = (ident(tree.get(1)).as_deref() == Some("as")).then(|| ident(tree.get(2))).flatten();
    if let Some(name) = renamed.or_else(|| path.last().cloned()) {
        found.push((name, path));
    }
}

fn after_colons(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    (is_punct(tokens.first(), ':') && is_punct(tokens.get(1), ':')).then(|| &tokens[2..])
}

fn is_module(tokens: &[TokenTree]) -> bool {
    ident(tokens.first()).as_deref() == Some("mod") && ident(tokens.get(1)).is_some()
}

/// Returns what follows an item that exists in tests only.
fn skip_test_item(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    if !is_punct(tokens.first(), '#') {
        return None;
    }
    let Some(TokenTree::Group(attribute)) = tokens.get(1) else { return None };
    let attribute = attribute.stream().to_string().replace(' ', "");
    if attribute != "cfg(test)" && !attribute.starts_with("cfg(all(test,") {
        return None;
    }
    let is_end = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        other => is_punct(Some(other), ';'),
    };
    let end = tokens.iter().position(is_end).map_or(tokens.len(), |end| end + 1);
    Some(&tokens[end..])
}

#[cfg(test)]
mod tests {
    use super::super::source::tokens;
    use super::{imports, macros, modules, reached};

    fn reached_from(module: &str, code: &str) -> Vec<String> {
        let module: Vec<_> = module.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect();
        reached(&tokens(code).unwrap(), &module, "kysera_sql")
    }

    #[test]
    fn plain_paths_and_use_groups() {
        assert_eq!(reached_from("ast", "use crate::compile::Sql;"), ["compile"]);
        assert_eq!(
            reached_from("ast", "use crate::{compile::{self, Sql}, value::Value};"),
            ["compile", "value"]
        );
        assert_eq!(
            reached_from("ast", "fn f(x: &crate::query::Select) -> ::kysera_sql::visit::F {}"),
            ["query", "visit"]
        );
        assert_eq!(reached_from("ast", "impl From<crate::a::B<crate::c::D>> for E {}"), ["a", "c"]);
    }

    #[test]
    fn super_counts_the_visiters() {
        assert_eq!(reached_from("ast", "use super::compile::Sql;"), ["compile"]);
        assert_eq!(reached_from("ast::expr", "use super::compile::Sql;"), ["ast"]);
        assert_eq!(reached_from("ast::expr", "use super::super::compile::Sql;"), ["compile"]);
        assert_eq!(reached_from("ast", "mod inner { use super::super::compile::Sql; }"), ["compile"]);
        assert_eq!(reached_from("ast", "mod inner { use super::Expr; }"), ["ast"]);
        assert_eq!(reached_from("ast", "use super::{compile::Sql, value};"), ["compile", "value"]);
    }

    #[test]
    fn macro_bodies_count() {
        assert_eq!(
            reached_from("ast", "macro_rules! m { ($x:ty) => { $crate::compile::run::<$x>() } }"),
            ["compile"]
        );
        assert_eq!(
            reached_from("ast", "fn f() { vec![crate::query::X, m!({ crate::visit::Y })] }"),
            ["query", "visit"]
        );
    }

    #[test]
    fn a_glob_of_the_root_is_seen() {
        assert_eq!(reached_from("ast", "use crate::*;"), ["*"]);
        assert_eq!(reached_from("ast", "use super::*;"), ["*"]);
        assert_eq!(reached_from("ast::expr", "use super::*;"), ["ast"]);
    }

    #[test]
    fn visibility_text_and_tests_are_no_arrows() {
        assert_eq!(reached_from("ast", "pub(crate) struct A; pub(super) fn f() {}"), [""; 0]);
        assert_eq!(
            reached_from(
                "ast",
                r#"/// See [`crate::query`].
            const T: &str = "crate::query::X";"#
            ),
            [""; 0]
        );
        assert_eq!(
            reached_from("ast", "#[cfg(test)] mod tests { use crate::query::X; } use crate::value::V;"),
            ["value"]
        );
        assert_eq!(reached_from("ast", "#[cfg(test)] use crate::query::X; use crate::value::V;"), ["value"]);
    }

    #[test]
    fn the_root_is_read() {
        let root = tokens("pub mod ast; mod value { mod deep {} } #[cfg(test)] mod tests; pub use value::{Value, deep::X as Y};")
            .unwrap();
        assert_eq!(modules(&root), ["ast", "value"]);
        let imports = imports(&root).into_iter().map(|(name, path)| format!("{name}={}", path.join("::")));
        assert_eq!(imports.collect::<Vec<_>>(), ["Value=value::Value", "Y=value::deep::X"]);
        assert_eq!(macros(&tokens("#[macro_export] macro_rules! row { () => {} }").unwrap()), ["row"]);
    }
}
