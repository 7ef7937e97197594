//! The crates of `tests/outside` use what any crate may: nothing that is hidden from the documentation.
//!
//! Hidden is what `#[doc(hidden)]` stands on, in the sources of the published crates, and what begins with two
//! underscores. Only names are compared, since tokens have no types: a name that some public item has as well passes.

use super::outcome::{Outcome, verdict};
use super::source::{ident, is_punct, rust, tokens};
use crate::process::Result;
use proc_macro2::{Delimiter, TokenTree};
use std::collections::BTreeSet;

const OUTSIDE: &str = "tests/outside/";
const DEFINES: [&str; 8] = ["fn", "struct", "enum", "trait", "const", "static", "type", "mod"];
// They stand between `pub` and the word that says what is defined.
const QUALIFIES: [&str; 4] = ["unsafe", "async", "extern", "const"];

pub(crate) fn check() -> Result<Outcome> {
    let mut names = Names::default();
    let mut outside = Vec::new();
    for (file, text) in rust()? {
        let tokens = tokens(&text).map_err(|error| format!("{file}: {error}"))?;
        if file.starts_with("crates/") && file.contains("/src/") {
            names.read(&tokens, false);
        } else if file.starts_with(OUTSIDE) {
            outside.push((file, tokens));
        }
    }
    if outside.is_empty() {
        return Err(format!("there is no crate in {OUTSIDE}"));
    }
    let problems = outside.iter().flat_map(|(file, tokens)| {
        let used = names.used_by(tokens).into_iter();
        used.map(move |name| format!("{file}: uses `{name}`, which is hidden from the documentation"))
    });
    verdict(&problems.collect::<Vec<_>>())
}

/// The names of hidden items, and of those that are not.
#[derive(Default)]
struct Names {
    hidden: BTreeSet<String>,
    public: BTreeSet<String>,
}

impl Names {
    /// Reads what the tokens define, at any depth. What stands in a trait is as public as the trait.
    fn read(&mut self, tokens: &[TokenTree], in_trait: bool) {
        let mut opens_trait = false;
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => {
                    let is_body = group.delimiter() == Delimiter::Brace;
                    self.read(&group.stream().into_iter().collect::<Vec<_>>(), opens_trait && is_body);
                    opens_trait &= !is_body;
                }
                TokenTree::Ident(word) => {
                    opens_trait |= word == "trait";
                    self.item(tokens, at, &word.to_string(), in_trait);
                }
                _ => {}
            }
        }
    }

    fn item(&mut self, tokens: &[TokenTree], at: usize, word: &str, in_trait: bool) {
        let names = match word {
            "use" => imported(&tokens[at + 1..]),
            "macro_rules" => ident(tokens.get(at + 2)).into_iter().collect(),
            _ if DEFINES.contains(&word) => ident(tokens.get(at + 1)).into_iter().collect(),
            // A field or a variant.
            _ if at > 0 => vec![word.to_owned()],
            _ => return,
        };
        let names = names.into_iter().filter(|name| !is_keyword(name));
        let (is_public, is_hidden) = in_front(&tokens[..at]);
        let is_definition = word == "use" || DEFINES.contains(&word);
        if is_hidden {
            self.hidden.extend(names);
        } else if is_definition && (is_public || in_trait) {
            self.public.extend(names);
        }
    }

    /// Returns the hidden names in the tokens.
    fn used_by(&self, tokens: &[TokenTree]) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                // An attribute: `#[..]` or `#![..]`.
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    at += 1 + usize::from(is_punct(tokens.get(at), '!'));
                }
                TokenTree::Group(group) => {
                    found.extend(self.used_by(&group.stream().into_iter().collect::<Vec<_>>()));
                }
                TokenTree::Ident(word) if word == "std" || word == "core" => {
                    at += tokens[at..].iter().take_while(|token| !ends_path(token)).count();
                }
                TokenTree::Ident(_) => found.extend(ident(Some(token)).filter(|name| self.is_hidden(name))),
                _ => {}
            }
        }
        found
    }

    fn is_hidden(&self, name: &str) -> bool {
        name.starts_with("__") || (self.hidden.contains(name) && !self.public.contains(name))
    }
}

/// Says whether a word stands in front of the name that is defined.
fn is_keyword(word: &str) -> bool {
    DEFINES.contains(&word) || QUALIFIES.contains(&word) || ["pub", "macro_rules", "use"].contains(&word)
}

/// Says whether `pub` and whether `#[doc(hidden)]` stand at the end of the tokens, in front of an item.
fn in_front(mut before: &[TokenTree]) -> (bool, bool) {
    let (mut is_public, mut is_hidden) = (false, false);
    loop {
        before = match before {
            [rest @ .., last] if QUALIFIES.iter().any(|word| ident(Some(last)).as_deref() == Some(word)) => {
                rest
            }
            // `extern "C"`
            [rest @ .., TokenTree::Literal(_)] => rest,
            [rest @ .., last] if ident(Some(last)).as_deref() == Some("pub") => {
                is_public = true;
                rest
            }
            [rest @ .., word, TokenTree::Group(_)] if ident(Some(word)).as_deref() == Some("pub") => rest,
            [rest @ .., hash, TokenTree::Group(attribute)] if is_punct(Some(hash), '#') => {
                is_hidden |= attribute.stream().to_string().replace(' ', "") == "doc(hidden)";
                rest
            }
            _ => return (is_public, is_hidden),
        }
    }
}

/// Returns the names that the tree of a `use` brings.
fn imported(tree: &[TokenTree]) -> Vec<String> {
    let end = tree.iter().position(|token| is_punct(Some(token), ';')).unwrap_or(tree.len());
    match &tree[..end] {
        [.., TokenTree::Group(group)] => {
            let tokens: Vec<_> = group.stream().into_iter().collect();
            tokens.split(|token| is_punct(Some(token), ',')).flat_map(imported).collect()
        }
        [.., last] => ident(Some(last)).into_iter().collect(),
        [] => Vec::new(),
    }
}

fn ends_path(token: &TokenTree) -> bool {
    match token {
        TokenTree::Ident(_) => false,
        TokenTree::Group(group) => group.delimiter() != Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() != ':',
        TokenTree::Literal(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::Names;
    use crate::check::source::tokens;

    fn used(library: &str, outside: &str) -> Vec<String> {
        let mut names = Names::default();
        names.read(&tokens(library).unwrap(), false);
        names.used_by(&tokens(outside).unwrap()).into_iter().collect()
    }

    #[test]
    fn hidden_items_of_any_kind_are_found() {
        for library in [
            "#[doc(hidden)] pub fn secret() {}",
            "/// Text.\n#[doc(hidden)]\n#[derive(Clone)]\npub struct secret;",
            "#[doc(hidden)] pub use a::{b, c as secret};",
            "#[doc(hidden)] pub mod secret;",
            "#[doc(hidden)] #[macro_export] macro_rules! secret { () => {} }",
            "pub trait Open { #[doc(hidden)] fn secret(&self) {} }",
            "impl Open { #[doc(hidden)] pub const fn secret(&self) {} }",
            "pub enum Open { A, #[doc(hidden)] secret }",
            "pub struct Open { #[doc(hidden)] pub secret: u8 }",
        ] {
            assert_eq!(used(library, "fn f() { x.y(kysera::secret) }"), ["secret"], "{library}");
        }
        assert_eq!(used("", "use kysera::__private::row;"), ["__private"]);
    }

    #[test]
    fn what_is_public_too_passes() {
        let hidden = "#[doc(hidden)] pub fn push() {}";
        assert_eq!(used(&format!("{hidden} impl Path {{ pub fn push() {{}} }}"), "x.push()"), [""; 0]);
        assert_eq!(used(&format!("{hidden} pub trait Bind {{ fn push(); }}"), "x.push()"), [""; 0]);
        assert_eq!(used(&format!("{hidden} pub(crate) fn push() {{}}"), "x.push()"), ["push"]);
        assert_eq!(used("pub fn open() {} fn own() {}", "open(); own()"), [""; 0]);
    }

    #[test]
    fn the_standard_library_and_documentation_hide_nothing() {
        let hidden = "#[doc(hidden)] pub fn swap() {}";
        assert_eq!(
            used(hidden, "use std::{mem::swap}; //! swap\n/// swap\nfn f() { core::mem::swap(a, b) }"),
            [""; 0]
        );
        assert_eq!(used(hidden, "use std::mem; fn f() { row::swap(a, b) }"), ["swap"]);
    }
}
