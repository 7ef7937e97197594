//! Arrows between crates only point down.
//!
//! Cargo refuses cycles; this refuses what would become one, or pull a driver into the core.

use super::manifests::Manifests;

// Lowest first. A crate may depend on crates of lower lines; ARCHITECTURE.md says what each is for.
// For tests alone (dev-dependencies) it may depend on crates of its own line too.
const FLOORS: &[&[&str]] = &[
    &["kysera-macros"],
    &["kysera-sql"],
    &["kysera-core"],
    &["kysera-net"],
    &["kysera-sqlite", "kysera-postgres", "kysera-mysql", "kysera-mssql", "kysera-migrate", "kysera-testing"],
    &["kysera"],
    &["kysera-cli"],
    &[
        "kysera-tests",
        "kysera-outside-app",
        "kysera-outside-driver",
        "kysera-outside-layer",
        "kysera-outside-plugin",
        "kysera-fuzz",
        "kysera-pool-model",
        "kysera-examples",
        "xtask",
    ],
];

/// Returns a sentence for each arrow that does not point down, and each crate without a floor.
pub(crate) fn problems(manifests: &Manifests) -> Vec<String> {
    let mut problems = Vec::new();
    for manifest in manifests.crates() {
        let name = manifest.name();
        let Some(own) = floor(name) else {
            problems.push(format!("crate `{name}` has no floor: give it one in {}", file!()));
            continue;
        };
        for dependency in manifest.inner_dependencies() {
            let allowed = floor(dependency.name)
                .is_some_and(|other| other < own || (dependency.is_dev && other == own));
            if !allowed {
                problems.push(format!("crate `{name}` must not depend on `{}`", dependency.name));
            }
        }
    }
    problems
}

fn floor(name: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::{Manifests, problems};

    fn problems_of(name: &str, dependency: &str, kind: &str) -> Vec<String> {
        let dependency = format!(r#"{{"name": "{dependency}", "path": "x", "kind": {kind}}}"#);
        let json = format!(r#"{{"packages": [{{"name": "{name}", "dependencies": [{dependency}]}}]}}"#);
        problems(&Manifests::parse(&json).unwrap())
    }

    #[test]
    fn an_arrow_down_is_fine() {
        assert_eq!(problems_of("kysera-sql", "kysera-macros", "null"), [""; 0]);
        assert_eq!(problems_of("kysera", "kysera-sqlite", "null"), [""; 0]);
    }

    #[test]
    fn an_arrow_up_or_sideways_is_not() {
        let upward = ["crate `kysera-core` must not depend on `kysera-sqlite`"];
        assert_eq!(problems_of("kysera-core", "kysera-sqlite", "null"), upward);
        assert_eq!(problems_of("kysera-core", "kysera-sqlite", r#""build""#), upward);
        assert_eq!(problems_of("kysera-mysql", "kysera-postgres", "null").len(), 1);
    }

    #[test]
    fn a_driver_may_run_the_conformance_suite() {
        assert_eq!(problems_of("kysera-sqlite", "kysera-testing", r#""dev""#), [""; 0]);
        assert_eq!(problems_of("kysera-sqlite", "kysera-testing", "null").len(), 1);
        assert_eq!(problems_of("kysera-sqlite", "kysera", r#""dev""#).len(), 1);
    }

    #[test]
    fn a_crate_without_a_floor_is_named() {
        let found = problems_of("kysera-new", "kysera-sql", "null");
        assert!(found[0].starts_with("crate `kysera-new` has no floor"), "{found:?}");
    }
}
