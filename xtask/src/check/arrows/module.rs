//! Reads one module: what it declares, what it imports, which paths its code has.
//!
//! Reads tokens, so that macro bodies count like any other code. Code under `#[cfg(test)]` does not: a test may use
//! whatever shows that the code above it works. Knows nothing of other modules: what a path means is said by
//! [`names`](super::names).

use crate::check::source::{ident, is_punct};
use proc_macro2::{Delimiter, TokenTree};
use std::collections::BTreeSet;

// What follows them is a new name, not the use of one.
const DEFINES: [&str; 9] = ["fn", "struct", "enum", "union", "trait", "const", "static", "type", "let"];
const KEYWORDS: [&str; 8] = ["fn", "mut", "unsafe", "async", "extern", "_", "self", "Self"];

/// The first segment of a path that begins with `::`, or goes on behind a type: `<A as B>::c`.
pub(crate) const GLOBAL: &str = "::";

/// What a module says of itself.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// `mod x;`
    pub(crate) declared: Vec<String>,
    /// `mod x;`, in tests only.
    pub(crate) declared_for_tests: Vec<String>,
    /// `mod x { .. }`
    pub(crate) inline: Vec<(String, Module)>,
    /// The names of types, functions, traits and constants.
    pub(crate) items: BTreeSet<String>,
    pub(crate) macros: BTreeSet<String>,
    pub(crate) imports: Vec<Import>,
    /// The paths in code, in signatures and in macros, without those of `use`.
    pub(crate) paths: Vec<Path>,
    /// Other words for `crate`: `extern crate self as x;`
    pub(crate) crate_names: Vec<String>,
}

/// One leaf of a `use`.
#[derive(Debug, PartialEq)]
pub(crate) struct Import {
    /// What the module calls it; a glob has no name.
    pub(crate) name: Option<String>,
    pub(crate) path: Vec<String>,
    /// Whether others may import it from here.
    pub(crate) is_public: bool,
}

/// A path as it stands in code.
#[derive(Debug, PartialEq)]
pub(crate) struct Path {
    pub(crate) segments: Vec<String>,
    /// Whether a macro is called.
    pub(crate) is_macro: bool,
}

impl Module {
    pub(crate) fn read(tokens: &[TokenTree]) -> Module {
        let mut module = Module::default();
        module.walk(tokens, true);
        module
    }

    fn walk(&mut self, tokens: &[TokenTree], is_top: bool) {
        let mut at = 0;
        while at < tokens.len() {
            at = self.step(tokens, at, is_top);
        }
    }

    /// Reads what begins at a token, and returns where the next thing begins.
    fn step(&mut self, tokens: &[TokenTree], at: usize, is_top: bool) -> usize {
        let rest = &tokens[at..];
        if let Some(len) = test_item(rest) {
            self.declared_for_tests.extend(declared_module(&rest[..len]));
            return at + len;
        }
        if let TokenTree::Group(group) = &rest[0] {
            self.walk(&group.stream().into_iter().collect::<Vec<_>>(), false);
            return at + 1;
        }
        let Some(word) = ident(rest.first()) else { return at + 1 };
        let item = match word.as_str() {
            "mod" => self.module(rest),
            "use" => Some(self.import(rest, is_public(&tokens[..at]))),
            "extern" => self.crate_name(rest),
            "macro_rules" => self.macro_definition(rest),
            word if DEFINES.contains(&word) => self.definition(rest, is_top),
            _ => None,
        };
        at + item.unwrap_or_else(|| self.path(tokens, at))
    }

    fn module(&mut self, rest: &[TokenTree]) -> Option<usize> {
        let name = ident(rest.get(1))?;
        match rest.get(2)? {
            TokenTree::Group(body) => {
                let body: Vec<_> = body.stream().into_iter().collect();
                self.inline.push((name, Module::read(&body)));
            }
            _ => self.declared.push(name),
        }
        Some(3)
    }

    fn import(&mut self, rest: &[TokenTree], is_public: bool) -> usize {
        let end = rest.iter().position(|token| is_punct(Some(token), ';')).unwrap_or(rest.len());
        leaves(&rest[1..end], &[], is_public, &mut self.imports);
        end
    }

    fn crate_name(&mut self, rest: &[TokenTree]) -> Option<usize> {
        let words: Vec<_> = (1..5).map_while(|at| ident(rest.get(at))).collect();
        let [_, this, _, name] = words.as_slice() else { return None };
        (this == "self").then(|| self.crate_names.push(name.clone()))?;
        Some(5)
    }

    fn macro_definition(&mut self, rest: &[TokenTree]) -> Option<usize> {
        is_punct(rest.get(1), '!').then_some(())?;
        self.macros.insert(ident(rest.get(2))?);
        let Some(TokenTree::Group(body)) = rest.get(3) else { return Some(3) };
        let mut inner = Module::default();
        inner.walk(&body.stream().into_iter().collect::<Vec<_>>(), false);
        // `self` and `super` mean the modules in which the macro is used.
        let is_fixed = |path: &[String]| !["self", "super"].contains(&path[0].as_str());
        self.imports.extend(inner.imports.into_iter().filter(|import| is_fixed(&import.path)));
        self.paths.extend(inner.paths.into_iter().filter(|path| is_fixed(&path.segments)));
        Some(4)
    }

    fn definition(&mut self, rest: &[TokenTree], is_top: bool) -> Option<usize> {
        let name = ident(rest.get(1)).filter(|name| !KEYWORDS.contains(&name.as_str()))?;
        // `let super::Point { x, y } = ..` has a path behind it.
        if after_colons(&rest[2..]).is_some() {
            return Some(1);
        }
        if is_top {
            self.items.insert(name);
        }
        Some(2)
    }

    fn path(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        let mut segments = Vec::new();
        let mut rest = &tokens[at..];
        while let Some(segment) = ident(rest.first()) {
            segments.push(segment);
            rest = &rest[1..];
            match after_colons(rest) {
                Some(after) if ident(after.first()).is_some() => rest = after,
                _ => break,
            }
        }
        let len = tokens.len() - at - rest.len();
        let is_field = segments.len() == 1 && is_punct(rest.first(), ':') && after_colons(rest).is_none();
        if !is_field && stands_alone(&tokens[..at], &segments[0]) {
            if follows_colons(&tokens[..at]) {
                segments.insert(0, GLOBAL.to_owned());
            }
            let is_macro = is_punct(rest.first(), '!') && !is_punct(rest.get(1), '=');
            self.paths.push(Path { segments, is_macro });
        }
        len
    }
}

/// Says whether a word behind these tokens is a name by itself: no field, no lifetime, nothing of a macro's pattern.
fn stands_alone(before: &[TokenTree], word: &str) -> bool {
    match before {
        [.., dollar, _, colon] if is_punct(Some(dollar), '$') && is_punct(Some(colon), ':') => false,
        [.., first, second] if is_punct(Some(first), '.') && is_punct(Some(second), '.') => true,
        [.., last] => !is_prefix(last, word),
        [] => true,
    }
}

fn is_prefix(token: &TokenTree, word: &str) -> bool {
    match token {
        TokenTree::Punct(punct) if punct.as_char() == '$' => word != "crate",
        TokenTree::Punct(punct) => ".'#".contains(punct.as_char()),
        _ => false,
    }
}

/// Collects the names that a `use` brings.
fn leaves(tree: &[TokenTree], path: &[String], is_public: bool, found: &mut Vec<Import>) {
    if let Some(TokenTree::Group(group)) = tree.first() {
        let tokens: Vec<_> = group.stream().into_iter().collect();
        let trees = tokens.split(|token| is_punct(Some(token), ','));
        return trees.for_each(|tree| leaves(tree, path, is_public, found));
    }
    // `$crate`, in a macro.
    if is_punct(tree.first(), '$') {
        return leaves(&tree[1..], path, is_public, found);
    }
    if is_punct(tree.first(), '*') {
        return found.push(Import { name: None, path: path.to_vec(), is_public });
    }
    let Some(word) = ident(tree.first()) else {
        // `use ::other::x` names another crate.
        return after_colons(tree)
            .into_iter()
            .for_each(|after| leaves(after, &[GLOBAL.to_owned()], is_public, found));
    };
    let mut path = path.to_vec();
    if word != "self" || path.is_empty() {
        path.push(word);
    }
    if let Some(after) = after_colons(&tree[1..]) {
        return leaves(after, &path, is_public, found);
    }
    let renamed = (ident(tree.get(1)).as_deref() == Some("as")).then(|| ident(tree.get(2))).flatten();
    let name = renamed.or_else(|| path.last().cloned());
    found.push(Import { name, path, is_public });
}

fn is_public(before: &[TokenTree]) -> bool {
    let is_pub = |token: Option<&TokenTree>| ident(token).as_deref() == Some("pub");
    match before {
        [.., word, TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
            is_pub(Some(word))
        }
        [.., word] => is_pub(Some(word)),
        [] => false,
    }
}

fn follows_colons(before: &[TokenTree]) -> bool {
    matches!(before, [.., first, last] if is_punct(Some(first), ':') && is_punct(Some(last), ':'))
}

fn after_colons(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    (is_punct(tokens.first(), ':') && is_punct(tokens.get(1), ':')).then(|| &tokens[2..])
}

/// Returns how many tokens an item has that exists in tests only.
fn test_item(tokens: &[TokenTree]) -> Option<usize> {
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
    Some(tokens.iter().position(is_end).map_or(tokens.len(), |end| end + 1))
}

fn declared_module(item: &[TokenTree]) -> Option<String> {
    let at = item.iter().position(|token| ident(Some(token)).as_deref() == Some("mod"))?;
    is_punct(item.get(at + 2), ';').then(|| ident(item.get(at + 1)))?
}

#[cfg(test)]
mod tests {
    use super::Module;
    use crate::check::source::tokens;

    fn module(code: &str) -> Module {
        Module::read(&tokens(code).unwrap())
    }

    fn paths(code: &str) -> Vec<String> {
        module(code).paths.into_iter().map(|path| path.segments.join("::")).collect()
    }

    fn imports(code: &str) -> Vec<String> {
        let imports = module(code).imports.into_iter();
        imports.map(|it| format!("{}={}", it.name.as_deref().unwrap_or("*"), it.path.join("::"))).collect()
    }

    #[test]
    fn each_leaf_of_a_use_is_an_import() {
        assert_eq!(imports("use crate::compile::Sql;"), ["Sql=crate::compile::Sql"]);
        assert_eq!(
            imports("use super::{a::{self, B as C}, d::*};"),
            ["a=super::a", "C=super::a::B", "*=super::d"]
        );
        assert_eq!(imports("macro_rules! m { () => { use $crate::a::B; } }"), ["B=crate::a::B"]);
        assert_eq!(imports("use ::other::x; use self::y;"), ["x=::::other::x", "y=self::y"]);
        let public = |code: &str| module(code).imports[0].is_public;
        assert!(public("pub use a::B;") && public("struct X; pub(super) use a::B;") && !public("use a::B;"));
        assert!(!public("pub mod a; use a::B;"));
    }

    #[test]
    fn paths_are_read_in_code_in_types_and_in_macros() {
        assert_eq!(
            paths("impl From<crate::a::B<super::C>> for E {}"),
            ["impl", "From", "crate::a::B", "super::C", "for", "E"]
        );
        assert_eq!(paths("m! { ($x:ty) => { $crate::run::<$x>() } }"), ["m", "crate::run"]);
        assert_eq!(paths("macro_rules! m { () => { super::a(); self::b(); c() } }"), ["c"]);
        assert_eq!(paths("fn f() { vec![a::b(), n!({ self::c })] }"), ["vec", "a::b", "n", "self::c"]);
        assert!(
            module("fn f() { emit!() }").paths[0].is_macro && !module("fn f() { a != b }").paths[0].is_macro
        );
    }

    #[test]
    fn what_is_no_use_of_a_name_is_no_path() {
        assert_eq!(
            paths("fn f<'a>(list: &'a T) { x.list(); let list = 1; quote!(#list) }"),
            ["T", "x", "quote"]
        );
        assert_eq!(
            paths(
                r#"/// See [`crate::query`].
            const T: &str = "crate::query::X";"#
            ),
            ["doc", "str"]
        );
        assert_eq!(paths("#[cfg(test)] mod tests { use crate::query::X; fn f() { a::b } } a::c"), ["a::c"]);
        assert_eq!(paths("fn f() { ..a::END }"), ["a::END"]);
    }

    #[test]
    fn what_is_declared_is_told_apart() {
        let module = module(
            "pub mod ast; mod deep { struct Inner; } #[cfg(test)] mod tests; #[cfg(test)] pub mod fake;
             struct A; pub(crate) const fn b() { struct Local; } macro_rules! c { () => {} }
             impl A { fn method() {} } extern crate self as this;",
        );
        assert_eq!(module.declared, ["ast"]);
        assert_eq!(module.declared_for_tests, ["tests", "fake"]);
        assert_eq!(module.inline[0].0, "deep");
        assert!(module.inline[0].1.items.contains("Inner"));
        assert!(module.items.iter().eq(["A", "b"]), "{:?}", module.items);
        assert!(module.macros.iter().eq(["c"]));
        assert_eq!(module.crate_names, ["this"]);
    }
}
