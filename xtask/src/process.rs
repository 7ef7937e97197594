//! Running other programs: where, as whom, and what to say when they fail.
//!
//! Knows nothing of what the programs do.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

/// What every task returns; the message is shown to the user as it is.
pub(crate) type Result<T = ()> = std::result::Result<T, String>;

/// Returns the root of the workspace.
pub(crate) fn root() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let manifest = manifest.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    manifest.parent().map(Path::to_path_buf).unwrap_or(manifest)
}

/// Returns a command that runs a program, which hears nothing of this one.
///
/// `cargo run` tells us of our own package. A cargo that is told the same takes it for a change of what build scripts have
/// seen (`ring`'s looks), and builds their crates again; and so does the next one, which is not told.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_our_package(name)) {
        command.env_remove(name);
    }
    command
}

/// True for what cargo tells a program that it runs (The Cargo Book, "Environment variables Cargo sets for crates").
fn is_of_our_package(variable: &OsStr) -> bool {
    let Some(name) = variable.to_str() else { return false };
    ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.starts_with(start)) || name == "OUT_DIR"
}

/// Returns a command that runs the cargo that runs us, at the root of the workspace.
pub(crate) fn cargo() -> Command {
    let mut command = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Returns the standard output of a command, or its words of failure.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let name = name(command);
    let output = command.output().map_err(|error| format!("cannot run {name}: {error}"))?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(stdout);
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(format!("{name}: {}\n{stdout}{stderr}", output.status))
}

/// Runs a command that speaks for itself.
pub(crate) fn run(command: &mut Command) -> Result {
    let name = name(command);
    let status = command.status().map_err(|error| format!("cannot run {name}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name}: {status}")) }
}

/// Returns the exit code that stands for how another program ended.
pub(crate) fn exit_code(status: ExitStatus) -> ExitCode {
    match status.code().map(u8::try_from) {
        Some(Ok(code)) => ExitCode::from(code),
        _ => ExitCode::FAILURE,
    }
}

/// Returns the first file called `program` on the search path.
pub(crate) fn find_program(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn name(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    format!("`{}`", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::{command, is_of_our_package, output, root};
    use std::process::Command;

    #[test]
    fn a_cargo_that_this_program_ran_built_crates_with_build_scripts_again() {
        let told = |command: &mut Command| {
            let told = output(command).unwrap();
            told.lines().filter(|line| is_of_our_package(line.split('=').next().unwrap().as_ref())).count()
        };
        let mut as_it_is = Command::new("/usr/bin/env");
        assert!(told(&mut as_it_is) > 0, "cargo tells this test of its package");
        assert_eq!(told(&mut command("/usr/bin/env")), 0);
        assert!(!is_of_our_package("CARGO_TARGET_DIR".as_ref()) && !is_of_our_package("CARGO".as_ref()));
    }

    #[test]
    fn every_program_is_started_by_the_one_function_here() {
        let mut grep = command("git");
        grep.current_dir(root()).args(["grep", "--untracked", "-lF", "Command::new(", "--", "xtask"]);
        assert_eq!(output(&mut grep).unwrap().trim(), "xtask/src/process.rs");
    }
}
