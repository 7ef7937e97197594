//! What queries cost to compile: ours and Diesel's, the same program generated for both.
//!
//! For each: CPU seconds of a cold `cargo check` and of a release build, and code per query. The crate with the tables
//! alone is subtracted.

mod diesel;
mod measure;
mod ours;
mod program;

use measure::{How, Workspace};
use program::Size;
use std::path::Path;

/// Tables of the program; ten columns each.
pub const TABLES: usize = 20;

/// Queries of the program.
pub const QUERIES: usize = 300;

/// What one library's program cost.
pub struct Cost {
    pub library: String,
    /// CPU seconds of `cargo check`: the tables alone, and what the queries add.
    pub check: (f64, f64),
    /// CPU seconds of a release build: the tables alone, and what the queries add.
    pub release: (f64, f64),
    /// Bytes of stripped program that one query adds.
    pub code: f64,
}

/// Generates, compiles and measures. Takes minutes.
pub fn run() -> Result<Vec<Cost>, String> {
    let root = std::env::temp_dir().join("kysera-compile-time");
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let crates = crates.canonicalize().map_err(|error| error.to_string())?;
    let (ours, diesel) = (ours::dependencies(&crates), diesel::DEPENDENCIES);
    Ok(vec![
        cost("kysera", &root.join("kysera"), &ours, ours::source)?,
        cost("diesel", &root.join("diesel"), diesel, diesel::source)?,
    ])
}

fn cost(
    library: &str,
    root: &Path,
    dependencies: &str,
    source: impl Fn(Size) -> String,
) -> Result<Cost, String> {
    let sized = |queries| source(Size { tables: TABLES, queries });
    let crates = [("tables", sized(0)), ("one", sized(1)), ("queries", sized(QUERIES))];
    let workspace = Workspace::write(root, dependencies, &crates)?;
    let seconds = |how, times| -> Result<(f64, f64), String> {
        eprintln!("compile time: {library}, {}", if matches!(how, How::Check) { "check" } else { "release" });
        workspace.compile("tables", how)?;
        let tables = workspace.cpu_seconds("tables", how, times)?;
        Ok((tables, workspace.cpu_seconds("queries", how, times)? - tables))
    };
    let (check, release) = (seconds(How::Check, 3)?, seconds(How::Release, 1)?);
    // The first query brings in what all share, so it is subtracted too.
    workspace.compile("one", How::Release)?;
    let grown = workspace.program_size("queries")?.saturating_sub(workspace.program_size("one")?);
    let version = workspace.version(library).unwrap_or_default();
    Ok(Cost {
        library: format!("{library} {version}"),
        check,
        release,
        code: grown as f64 / (QUERIES - 1) as f64,
    })
}
