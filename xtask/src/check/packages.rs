//! Each published crate can be packaged, and the package is complete.
//!
//! Nothing is compiled: `check` has already compiled the same sources.

use super::manifests::Manifests;
use super::outcome::{Outcome, verdict};
use crate::process::{Result, cargo, output};

const EVERY_PACKAGE_HAS: [&str; 4] = ["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

pub(crate) fn check() -> Result<Outcome> {
    let manifests = Manifests::read()?;
    let mut problems = Vec::new();
    for manifest in manifests.crates().filter(|manifest| manifest.is_published()) {
        let name = manifest.name();
        let list =
            output(cargo().args(["package", "--list", "--allow-dirty", "--offline", "--package", name]))?;
        let files: Vec<_> = list.lines().collect();
        let missing = EVERY_PACKAGE_HAS.iter().filter(|file| !files.contains(file));
        problems.extend(missing.map(|file| format!("{name}: the package has no {file}")));
    }
    verdict(&problems)?;
    // All at once: crates that are on no registry yet find each other only in one command (cargo 1.90).
    // Offline: all that the lock file names is there since the first command of this check.
    let mut package = cargo();
    package.args(["package", "--quiet", "--workspace", "--no-verify", "--allow-dirty", "--offline"]);
    for manifest in manifests.crates().filter(|manifest| !manifest.is_published()) {
        package.args(["--exclude", manifest.name()]);
    }
    output(&mut package).map(|_| Outcome::Passed)
}
