//! What `cargo metadata` says of the workspace's own crates.

use crate::process::{Result, cargo, output};
use serde_json::Value;

/// The manifests of the workspace.
#[derive(Debug)]
pub(crate) struct Manifests(Value);

/// One crate of the workspace.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manifest<'a>(&'a Value);

/// One arrow between two crates.
#[derive(Debug)]
pub(crate) struct Dependency<'a> {
    pub(crate) name: &'a str,
    pub(crate) is_dev: bool,
}

impl Manifests {
    /// Asks cargo.
    pub(crate) fn read() -> Result<Manifests> {
        let json = output(cargo().args(["metadata", "--no-deps", "--format-version=1"]))?;
        Manifests::parse(&json)
    }

    pub(crate) fn parse(json: &str) -> Result<Manifests> {
        let parsed = serde_json::from_str(json);
        parsed.map(Manifests).map_err(|error| format!("cannot read cargo metadata: {error}"))
    }

    /// Returns every crate, published or not.
    pub(crate) fn crates(&self) -> impl Iterator<Item = Manifest<'_>> {
        self.0["packages"].as_array().into_iter().flatten().map(Manifest)
    }

    /// Returns the oldest Rust that we promise to work with.
    pub(crate) fn rust_version(&self) -> Result<String> {
        let stated = self.crates().find_map(|manifest| manifest.text("rust_version"));
        stated.map(str::to_owned).ok_or_else(|| "no crate states its rust-version".to_owned())
    }
}

impl<'a> Manifest<'a> {
    /// Returns the crate's name.
    pub(crate) fn name(self) -> &'a str {
        self.text("name").unwrap_or_default()
    }

    /// Returns a field that is a string.
    pub(crate) fn text(self, field: &str) -> Option<&'a str> {
        self.0[field].as_str()
    }

    /// Returns the root of the library, as an absolute path.
    pub(crate) fn library(self) -> Option<&'a str> {
        let targets = self.0["targets"].as_array()?;
        let is_library = |target: &&Value| {
            let kinds = target["kind"].as_array().into_iter().flatten();
            kinds.filter_map(Value::as_str).any(|kind| ["lib", "proc-macro"].contains(&kind))
        };
        targets.iter().find(is_library)?["src_path"].as_str()
    }

    /// Says whether docs.rs is told to build with every feature.
    pub(crate) fn has_all_features_on_docs_rs(self) -> bool {
        self.0["metadata"]["docs"]["rs"]["all-features"] == true
    }

    /// Says whether the crate may go to a registry.
    pub(crate) fn is_published(self) -> bool {
        // `publish = false` is an empty list of registries, and the default is null.
        self.0["publish"].as_array().is_none_or(|registries| !registries.is_empty())
    }

    /// Returns the arrows to other crates of this workspace.
    pub(crate) fn inner_dependencies(self) -> impl Iterator<Item = Dependency<'a>> {
        let all = self.0["dependencies"].as_array().into_iter().flatten();
        all.filter(|dependency| dependency["path"].is_string()).filter_map(|dependency| {
            Some(Dependency { name: dependency["name"].as_str()?, is_dev: dependency["kind"] == "dev" })
        })
    }
}
