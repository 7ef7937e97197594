//! What queries cost to compile: the same program, generated for each library.
//!
//! CPU seconds of the compiler, cold and after an edit; its memory; the code of a query; and how all grows with tables.

pub mod child;
mod cost;
mod diesel;
mod library;
mod measure;
mod ours;
mod program;
mod sea_orm;
mod sqlx;
mod table;
mod toasty;

use cost::Measuring;
use std::path::{Path, PathBuf};

pub use cost::Cost;
pub use table::{charts, goals, text};

/// Generates, compiles and measures each library of which a part of the name is given, or all; and says which could
/// not be measured and why. Takes minutes, and many the first time.
pub fn run(parts: &[String]) -> Result<(Vec<Cost>, Vec<String>), String> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let crates = crates.canonicalize().map_err(|error| error.to_string())?;
    let (mut costs, mut failed) = (Vec::new(), Vec::new());
    for library in library::all(&crates) {
        let folder = library.folder();
        if !parts.is_empty() && !parts.iter().any(|part| folder.contains(part)) {
            continue;
        }
        match Measuring::new(&self::folder(), library).and_then(|measuring| measuring.cost()) {
            Ok(cost) => costs.push(cost),
            Err(why) => failed.push(format!("compile time of {folder}: {why}")),
        }
    }
    Ok((costs, failed))
}

/// Writes the charts beside the generated crates.
pub fn write_charts(costs: &[Cost]) -> Result<(), String> {
    for (name, chart) in table::charts(costs) {
        let path = folder().join(name).with_extension("svg");
        std::fs::write(&path, chart).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    eprintln!("charts: {}", folder().display());
    Ok(())
}

/// Where crates are generated and compiled. What is compiled stays there for the next time.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/compile-time")
}
