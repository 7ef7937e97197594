//! What no compiler sees: unfinished code, documents that name what is gone, private places.

use super::outcome::{Outcome, verdict};
use super::source::{ident, is_punct, text, tokens, tracked};
use crate::process::{Result, root};
use proc_macro2::{Delimiter, TokenTree};
use std::path::{Path, PathBuf};

// The two commands that a newcomer needs, as they stand in README.md.
const COMMANDS: [&str; 2] = ["cargo run --example quickstart", "cargo xtask test"];
const ARCHITECTURE_LINES: usize = 150;
const UNFINISHED: [&str; 3] = ["todo", "unimplemented", "dbg"];
// Spelled in two halves here and below, so that this file does not name them.
const PRIVATE_PLACES: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("../sha", "red"),
    concat!(".lib", "rary"),
];
const PRIVATE_DOMAINS: [&str; 5] = [".internal", ".local", ".lan", ".corp", ".home"];
const REGISTRY_LABELS: [&str; 5] = ["index", "registry", "mirror", "proxy", "static"];
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub(crate) fn check() -> Result<Outcome> {
    let mut problems = Vec::new();
    for file in tracked("*")? {
        let Some(text) = text(&file)? else { continue };
        let name = file.display();
        let mut found = private_places(&text);
        if file == Path::new("Cargo.lock") {
            found = foreign_registries(&text);
        } else if file.extension().is_some_and(|extension| extension == "rs") {
            found.extend(tokens(&text).map_or_else(|error| vec![error], |tokens| unfinished(&tokens)));
        }
        problems.extend(found.into_iter().map(|problem| format!("{name}: {problem}")));
    }
    problems.extend(readme()?);
    problems.extend(architecture()?);
    verdict(&problems)
}

fn readme() -> Result<Vec<String>> {
    let readme = text(&PathBuf::from("README.md"))?.unwrap_or_default();
    let missing = COMMANDS.iter().filter(|command| !readme.contains(*command));
    Ok(missing.map(|command| format!("README.md: does not say `{command}`")).collect())
}

fn architecture() -> Result<Vec<String>> {
    let text = text(&PathBuf::from("ARCHITECTURE.md"))?.unwrap_or_default();
    let gone = named_paths(&text).into_iter().filter(|path| !root().join(path).exists());
    let mut problems: Vec<_> = gone.map(|path| format!("ARCHITECTURE.md: there is no `{path}`")).collect();
    if text.lines().count() > ARCHITECTURE_LINES {
        problems
            .push(format!("ARCHITECTURE.md: more than {ARCHITECTURE_LINES} lines; a map has to fit a table"));
    }
    Ok(problems)
}

/// Returns what stands between backticks and looks like a path of this repository.
fn named_paths(markdown: &str) -> Vec<&str> {
    let mut code = false;
    let prose = markdown.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        code ^= is_fence;
        !code && !is_fence
    });
    let quoted = prose.flat_map(|line| line.split('`').skip(1).step_by(2));
    quoted.filter(|word| is_path(word)).collect()
}

fn is_path(word: &str) -> bool {
    let is_name = |char: char| char.is_ascii_alphanumeric() || "./_-".contains(char);
    let extension = Path::new(word).extension().and_then(|extension| extension.to_str());
    word.chars().all(is_name)
        && (word.contains('/') || extension.is_some_and(|it| ["md", "toml", "rs"].contains(&it)))
}

fn private_places(text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let places = PRIVATE_PLACES.iter().filter(|place| names(line, place));
        let hosts = hosts(line).filter(|host| is_private(host));
        let found = places.copied().chain(hosts);
        problems.extend(found.map(|place| format!("line {}: names the private place `{place}`", number + 1)));
    }
    problems
}

/// Says whether a line has this path, and not another that ends like it.
fn names(line: &str, place: &str) -> bool {
    let is_name = |char: char| char.is_alphanumeric() || "._".contains(char);
    line.match_indices(place).any(|(at, _)| {
        let goes_on = line[at + place.len()..].chars().next().is_some_and(char::is_alphanumeric);
        !line[..at].ends_with(is_name) && (place.ends_with('/') || !goes_on)
    })
}

fn hosts(line: &str) -> impl Iterator<Item = &str> {
    let urls = line
        .match_indices("://")
        .filter(|(at, _)| line[..*at].ends_with("http") || line[..*at].ends_with("https"));
    urls.map(|(at, separator)| {
        let rest = &line[at + separator.len()..];
        let end = rest.find(|char: char| !char.is_ascii_alphanumeric() && !".-".contains(char));
        &rest[..end.unwrap_or(rest.len())]
    })
}

fn is_private(host: &str) -> bool {
    if host.is_empty() || ["localhost", "127.0.0.1"].contains(&host) {
        return false;
    }
    let is_address = host.chars().all(|char| char.is_ascii_digit() || char == '.');
    let first = host.split('.').next().unwrap_or_default();
    is_address
        || !host.contains('.')
        || PRIVATE_DOMAINS.iter().any(|domain| host.ends_with(domain))
        || REGISTRY_LABELS.contains(&first)
}

fn foreign_registries(lock: &str) -> Vec<String> {
    let sources = lock.lines().filter_map(|line| line.strip_prefix("source = "));
    let foreign = sources.filter(|source| source.trim_matches('"') != CRATES_IO);
    foreign.map(|source| format!("a dependency is from {source}, not from crates.io")).collect()
}

/// Finds macros that mark unfinished code, and tests that are ignored without saying why.
fn unfinished(tokens: &[TokenTree]) -> Vec<String> {
    let mut problems = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                let is_attribute =
                    at > 0 && is_punct(tokens.get(at - 1), '#') && group.delimiter() == Delimiter::Bracket;
                if is_attribute && inner.len() == 1 && ident(inner.first()).as_deref() == Some("ignore") {
                    problems.push("a test is ignored without a reason".to_owned());
                }
                problems.extend(unfinished(&inner));
            }
            TokenTree::Ident(name)
                if is_punct(tokens.get(at + 1), '!') && UNFINISHED.iter().any(|it| name == it) =>
            {
                problems.push(format!("has a `{name}!`"));
            }
            _ => {}
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::super::source::tokens;
    use super::{foreign_registries, named_paths, private_places, unfinished};

    #[test]
    fn paths_in_prose_are_found_and_other_code_is_not() {
        let text = "see `crates/kysera-sql` and `Cargo.toml`, not `crate::ast`, `a | b` or `select`\n```\n`x/y`\n```\n`xtask/src`";
        assert_eq!(named_paths(text), ["crates/kysera-sql", "Cargo.toml", "xtask/src"]);
    }

    #[test]
    fn private_places_are_found_and_public_ones_are_not() {
        for line in [
            concat!("cd /wo", "rk/x"),
            concat!("see .lib", "rary/x"),
            concat!("https:/", "/cargo.corp.internal/x"),
            concat!("http:/", "/10.1.2.3:80/"),
            concat!("https:/", "/buildbox/y"),
            concat!("https:/", "/registry.example.org"),
        ] {
            assert_eq!(private_places(line).len(), 1, "{line}");
        }
        for line in [
            "postgres://kysera:kysera@127.0.0.1:5432/x",
            "http://localhost:8080",
            "https://github.com/kysera-dev/kysera-rs",
            concat!("self.lib", "rary()"),
            concat!("frame/wo", "rk"),
            concat!("https://example.org/net/wo", "rks"),
        ] {
            assert_eq!(private_places(line), [""; 0], "{line}");
        }
    }

    #[test]
    fn other_registries_are_found() {
        let lock = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\nsource = \"git+https://x.org\"";
        assert_eq!(foreign_registries(lock).len(), 1);
    }

    #[test]
    fn unfinished_code_is_found_and_words_are_not() {
        let found = |code: &str| unfinished(&tokens(code).unwrap());
        assert_eq!(
            found(concat!("fn f() { if x { to", "do!(\"later\") } }")),
            [concat!("has a `to", "do!`")]
        );
        assert_eq!(found("#[test] #[ignore] fn f() {}"), ["a test is ignored without a reason"]);
        assert_eq!(
            found("#[ignore = \"needs two machines\"] fn f() {} /* dbg!(x) */ const T: &str = \"dbg!(x)\";"),
            [""; 0]
        );
    }
}
