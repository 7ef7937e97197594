//! Compiles generated crates and takes CPU seconds, memory and file sizes.
//!
//! CPU time of the compiler and its children, not wall time: the machine may be doing other things.

use super::child::{self, Ended, Usage};
use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A workspace of generated crates, with its own lock file.
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
    environment: Vec<(String, String)>,
}

/// How a crate is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum How {
    Check,
    Release,
    /// `cargo check` on top of what the last one left.
    CheckAgain,
    /// A debug build on top of what the last one left.
    BuildAgain,
}

/// What a library brings along.
#[derive(Clone, Copy, Debug)]
pub struct Dependencies {
    pub crates: usize,
    /// CPU seconds of compiling all of them, SQLite's own C among them.
    pub check: f64,
    pub release: f64,
}

const PROFILE: &str = "
[profile.release]
strip = true
";

impl Workspace {
    /// Writes the crates of a workspace, each with its dependencies and its `main.rs`.
    pub fn write(
        root: &Path,
        target: &Path,
        dependencies: &str,
        crates: &[(String, String)],
    ) -> Result<Workspace, String> {
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
        Ok(Workspace { root: root.to_owned(), target: target.to_owned(), environment: Vec::new() })
    }

    /// A variable that the compiler of the crates is to see.
    pub fn env(&mut self, name: &str, value: String) {
        self.environment.push((name.to_owned(), value));
    }

    /// Gives a crate another text.
    pub fn rewrite(&self, name: &str, source: &str) -> Result<(), String> {
        put(&self.root.join(name).join("src/main.rs"), source)
    }

    /// What compiling one crate takes, its dependencies being compiled already.
    pub fn recompile(&self, name: &str, how: How) -> Result<Ended, String> {
        let main = self.root.join(name).join("src/main.rs");
        // The same text with a newer date, so that cargo compiles this crate and no other.
        let source = fs::read(&main).map_err(|error| error.to_string())?;
        fs::write(&main, source).map_err(|error| error.to_string())?;
        self.compile(name, how)
    }

    /// Compiles one crate and whatever it depends on, as far as that is not done.
    pub fn compile(&self, name: &str, how: How) -> Result<Ended, String> {
        let mut cargo = self.cargo(how);
        match how {
            How::Check | How::CheckAgain => cargo.arg("check"),
            How::Release => cargo.args(["build", "--release"]),
            How::BuildAgain => cargo.arg("build"),
        };
        child::measure(cargo.args(["--quiet", "-p", name]))
    }

    /// As [`Workspace::compile`], where an end at a limit is an error too.
    pub fn must_compile(&self, name: &str, how: How) -> Result<Usage, String> {
        self.ended_well(name, self.compile(name, how)?)
    }

    /// As [`Workspace::recompile`], where an end at a limit is an error too.
    pub fn must_recompile(&self, name: &str, how: How) -> Result<Usage, String> {
        self.ended_well(name, self.recompile(name, how)?)
    }

    fn ended_well(&self, name: &str, ended: Ended) -> Result<Usage, String> {
        let crate_folder = self.root.join(name);
        match ended {
            Ended::Well(usage) => Ok(usage),
            Ended::Stopped(why) => Err(format!("{}: {why}", crate_folder.display())),
            Ended::Failed(said) => Err(format!("{} does not compile:\n{said}", crate_folder.display())),
        }
    }

    /// What a release program prints that is given one word.
    pub fn output(&self, name: &str, word: &Path) -> Result<String, String> {
        let program = self.target.join("release").join(name);
        let output = Command::new(&program).arg(word).stdin(Stdio::null()).output();
        let output = output.map_err(|error| format!("{}: {error}", program.display()))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        Err(format!("{} failed: {}", program.display(), String::from_utf8_lossy(&output.stderr)))
    }

    /// Bytes of the stripped release program.
    pub fn program_size(&self, name: &str) -> Result<u64, String> {
        let program = self.target.join("release").join(name);
        fs::metadata(&program)
            .map(|data| data.len())
            .map_err(|error| format!("{}: {error}", program.display()))
    }

    /// The version of a package in the lock file.
    pub fn version(&self, package: &str) -> Option<String> {
        crate::machine::locked(&self.lock()?, package)
    }

    /// What the dependencies of a crate take, compiled into an empty folder.
    ///
    /// Once for each lock file and compiler: it is kept beside the result, which the other figures need anyway.
    pub fn dependencies(&self, name: &str) -> Result<Dependencies, String> {
        let crates = self.crates(name)?;
        let mut hasher = DefaultHasher::new();
        (self.lock(), crate::machine::compiler()).hash(&mut hasher);
        let (kept, key) = (self.target.join("dependencies"), hasher.finish());
        if let Some((check, release)) = fs::read_to_string(&kept).ok().and_then(|text| known(&text, key)) {
            return Ok(Dependencies { crates, check, release });
        }
        if self.target.exists() {
            fs::remove_dir_all(&self.target).map_err(|error| error.to_string())?;
        }
        let check = self.must_compile(name, How::Check)?.cpu;
        let release = self.must_compile(name, How::Release)?.cpu;
        put(&kept, &format!("{key} {check} {release}"))?;
        Ok(Dependencies { crates, check, release })
    }

    /// How many crates a crate depends on, build scripts' and macros' own included.
    fn crates(&self, name: &str) -> Result<usize, String> {
        let mut cargo = self.cargo(How::Check);
        cargo.args([
            "tree",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--no-dedupe",
            "--format",
            "{p}",
            "-p",
            name,
        ]);
        let output = cargo.output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(format!("cargo tree: {}", String::from_utf8_lossy(&output.stderr)));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        // A name and a version; what follows is how the crate is built.
        let names: BTreeSet<Vec<&str>> = text.lines().map(|line| line.split(' ').take(2).collect()).collect();
        Ok(names.len().saturating_sub(1))
    }

    fn lock(&self) -> Option<String> {
        fs::read_to_string(self.root.join("Cargo.lock")).ok()
    }

    fn cargo(&self, how: How) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.root).stdin(Stdio::null());
        // Cold figures are without incremental compilation, which would read an unchanged text's results back.
        let again = matches!(how, How::CheckAgain | How::BuildAgain);
        cargo.env("CARGO_INCREMENTAL", if again { "1" } else { "0" }).env("CARGO_TARGET_DIR", &self.target);
        for set_by_the_outer_cargo in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_MANIFEST_DIR"] {
            cargo.env_remove(set_by_the_outer_cargo);
        }
        cargo.envs(self.environment.iter().map(|(name, value)| (name, value)));
        cargo
    }
}

fn known(text: &str, key: u64) -> Option<(f64, f64)> {
    let mut words = text.split(' ');
    if words.next()? != key.to_string() {
        return None;
    }
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
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
