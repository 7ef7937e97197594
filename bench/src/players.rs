//! The programs that hold the variants: this one, and those of the rivals, which are built when a run begins.

use crate::child::Child;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders with a workspace of their own, because its SQLite is another one.
const RIVALS: [&str; 2] = ["rivals", "toasty"];

/// A program that holds variants.
pub struct Player {
    pub program: PathBuf,
    /// Every case and variant that it has.
    pub variants: Vec<(String, String)>,
    /// The text of its lock file.
    pub lock: String,
}

/// Every player, and what had to be left out and why.
pub fn all(with_rivals: bool) -> Result<(Vec<Player>, Vec<String>), String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut players = vec![player(own, include_str!("../Cargo.lock").to_owned())?];
    let mut skipped = Vec::new();
    for folder in if with_rivals { RIVALS.as_slice() } else { &[] } {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        match build(&folder) {
            Ok(built) => players.push(built),
            Err(why) => skipped.push(format!("the rivals in {}: {why}", folder.display())),
        }
    }
    Ok((players, skipped))
}

/// Builds the player of a workspace, as users build: in release, without further optimisation.
fn build(folder: &Path) -> Result<Player, String> {
    eprintln!("building {}", folder.display());
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["build", "--release", "--locked", "--quiet", "--manifest-path"])
        .arg(folder.join("Cargo.toml"));
    cargo.arg("--target-dir").arg(folder.join("target"));
    let built = cargo.status().map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !built.success() {
        return Err(String::from("cargo could not build them; what it said stands above"));
    }
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let lock = std::fs::read_to_string(folder.join("Cargo.lock")).map_err(|error| error.to_string())?;
    player(folder.join("target/release").join(format!("kysera-bench-{name}")), lock)
}

fn player(program: PathBuf, lock: String) -> Result<Player, String> {
    let variants = Child::start(&program)?.list()?;
    Ok(Player { program, variants, lock })
}
