//! Compiles generated crates and takes CPU seconds and file sizes.
//!
//! CPU time of the compiler and its children, not wall time: the machine may be doing other things.

use nix::sys::resource::{UsageWho, getrusage};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A workspace of generated crates, with its own lock file and target folder.
pub struct Workspace {
    root: PathBuf,
}

/// How a crate is compiled.
#[derive(Clone, Copy)]
pub enum How {
    Check,
    Release,
}

const PROFILE: &str = "
[profile.release]
strip = true
";

impl Workspace {
    /// Writes the crates of a workspace, each with its dependencies and its `main.rs`.
    pub fn write(root: &Path, dependencies: &str, crates: &[(&str, String)]) -> Result<Workspace, String> {
        let members: Vec<String> = crates.iter().map(|(name, _)| format!("{name:?}")).collect();
        let manifest =
            format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n{PROFILE}", members.join(", "));
        put(&root.join("Cargo.toml"), &manifest)?;
        for (name, source) in crates {
            let manifest = format!(
                "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}"
            );
            put(&root.join(name).join("Cargo.toml"), &manifest)?;
            put(&root.join(name).join("src/main.rs"), source)?;
        }
        Ok(Workspace { root: root.to_owned() })
    }

    /// CPU seconds of compiling one crate, its dependencies being compiled already: the least of `times`.
    pub fn cpu_seconds(&self, name: &str, how: How, times: usize) -> Result<f64, String> {
        let mut least = f64::INFINITY;
        for _ in 0..times {
            let main = self.root.join(name).join("src/main.rs");
            let source = fs::read(&main).map_err(|error| error.to_string())?;
            // The same text with a newer date, so that cargo compiles this crate and no other.
            fs::write(&main, source).map_err(|error| error.to_string())?;
            let before = children_seconds()?;
            self.compile(name, how)?;
            least = least.min(children_seconds()? - before);
        }
        Ok(least)
    }

    /// Compiles one crate and whatever it depends on.
    pub fn compile(&self, name: &str, how: How) -> Result<(), String> {
        let mut cargo = self.cargo();
        match how {
            How::Check => cargo.arg("check"),
            How::Release => cargo.args(["build", "--release"]),
        };
        let output = cargo.args(["--quiet", "-p", name]).output().map_err(|error| error.to_string())?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let lines: Vec<&str> = said.lines().take(60).collect();
        Err(format!("{} does not compile:\n{}", self.root.join(name).display(), lines.join("\n")))
    }

    /// Bytes of the stripped release program.
    pub fn program_size(&self, name: &str) -> Result<u64, String> {
        let program = self.root.join("target/release").join(name);
        fs::metadata(&program)
            .map(|data| data.len())
            .map_err(|error| format!("{}: {error}", program.display()))
    }

    /// The version of a package in the lock file.
    pub fn version(&self, package: &str) -> Option<String> {
        crate::machine::locked(&fs::read_to_string(self.root.join("Cargo.lock")).ok()?, package)
    }

    fn cargo(&self) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.root).stdin(Stdio::null());
        // Incremental compilation would read an unchanged text's results back and measure nothing.
        cargo.env("CARGO_INCREMENTAL", "0").env("CARGO_TARGET_DIR", self.root.join("target"));
        for set_by_the_outer_cargo in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_MANIFEST_DIR"] {
            cargo.env_remove(set_by_the_outer_cargo);
        }
        cargo
    }
}

/// Writes a file unless it holds this text already, so that cargo sees no change where there is none.
fn put(path: &Path, text: &str) -> Result<(), String> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// User and system time of every child so far.
fn children_seconds() -> Result<f64, String> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|error| error.to_string())?;
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}
