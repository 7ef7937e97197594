//! What each published crate says of itself: in its manifest, on docs.rs, and at the top of its documentation.

use super::manifests::{Manifest, Manifests};
use super::outcome::{Outcome, verdict};
use crate::process::Result;
use std::fs;

const EVERY_MANIFEST_HAS: [&str; 4] = ["description", "license", "repository", "rust_version"];
// In front of the first heading, each as the beginning of a paragraph.
const EVERY_CRATE_SAYS: [&str; 2] = ["**For whom:** ", "**Where to begin:** "];

pub(crate) fn check() -> Result<Outcome> {
    let manifests = Manifests::read()?;
    let mut problems = Vec::new();
    for manifest in manifests.crates().filter(|manifest| manifest.is_published()) {
        let mut found = of_manifest(manifest);
        match manifest.library() {
            Some(file) => {
                let text =
                    fs::read_to_string(file).map_err(|error| format!("cannot read {file}: {error}"))?;
                found.extend(of_opening(&text));
            }
            None => found.push("has no library".to_owned()),
        }
        problems.extend(found.into_iter().map(|problem| format!("{}: {problem}", manifest.name())));
    }
    verdict(&problems)
}

fn of_manifest(manifest: Manifest<'_>) -> Vec<String> {
    let missing = EVERY_MANIFEST_HAS.iter().filter(|field| manifest.text(field).is_none());
    let mut problems: Vec<_> = missing.map(|field| format!("Cargo.toml has no {field}")).collect();
    if !manifest.has_all_features_on_docs_rs() {
        problems.push(
            "docs.rs would leave out what needs a feature: set package.metadata.docs.rs.all-features"
                .to_owned(),
        );
    }
    problems
}

/// Finds what is missing in the documentation of a crate, in front of its first heading.
fn of_opening(lib: &str) -> Vec<String> {
    let lines = lib
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line));
    let opening: Vec<_> = lines.take_while(|line| !line.starts_with('#')).collect();
    let mut problems = Vec::new();
    let first = opening.first().copied().unwrap_or_default();
    if first.is_empty() || EVERY_CRATE_SAYS.iter().any(|part| first.starts_with(part)) {
        problems.push("the documentation does not open with what the crate is for".to_owned());
    }
    for part in EVERY_CRATE_SAYS {
        let at = opening.iter().position(|line| line.starts_with(part));
        if !at.is_some_and(|at| at > 0 && opening[at - 1].is_empty()) {
            problems
                .push(format!("the documentation has no paragraph that begins with `{}`", part.trim_end()));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::of_opening;

    const OPENING: &str = "\
//! Does a thing.
//!
//! **For whom:** somebody.
//!
//! **Where to begin:** there.
//!
//! # More

pub mod there;
";

    #[test]
    fn a_crate_says_what_it_is_for_for_whom_and_where_to_begin() {
        assert_eq!(of_opening(OPENING), [""; 0]);
        assert_eq!(of_opening(&OPENING.replace("//! Does a thing.\n//!\n", "")).len(), 2);
        assert_eq!(of_opening(&OPENING.replace("For whom", "Who")).len(), 1);
        assert_eq!(of_opening(&OPENING.replace("//! **Where", "//! # Heading\n//!\n//! **Where")).len(), 1);
        assert_eq!(of_opening("pub mod there;").len(), 3);
    }
}
