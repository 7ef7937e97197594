//! The task `cargo xtask fuzz`, and the shorter run that `cargo xtask test` has: hostile input for as long as one likes.
//!
//! The targets are in `tests/fuzz`. They run optimised, with the checks of a debug build.

use crate::process::{Result, cargo, exit_code};
use std::process::{Command, ExitCode};
use std::time::SystemTime;

/// How long each target runs in `cargo xtask test`.
const IN_A_TEST: &str = "120";

/// Runs all targets or the one that is named, for an hour each or for as many seconds as `--seconds` says, from another
/// seed each time unless one is given.
pub(crate) fn task(words: &[&str]) -> Result<ExitCode> {
    let (mut seconds, mut seed, mut target) = ("3600", None, None);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut number = || {
            let number = *words.next().ok_or(format!("{word} needs a number"))?;
            number.parse::<u64>().map(|_| number).map_err(|_| format!("`{number}` is no number"))
        };
        match *word {
            "--seconds" => seconds = number()?,
            "--seed" => seed = Some(number()?),
            name if !name.starts_with('-') && target.is_none() => target = Some(name),
            other => return Err(format!("fuzz does not know `{other}`")),
        }
    }
    let mut run = command(seconds);
    run.args(target.map(|target| ["--exact", target]).into_iter().flatten());
    run.env("KYSERA_FUZZ_SEED", seed.map_or_else(fresh_seed, str::to_owned));
    let status = run.status().map_err(|error| format!("cannot run cargo: {error}"))?;
    Ok(exit_code(status))
}

/// The run of all targets that is part of every test.
pub(crate) fn in_a_test() -> Command {
    command(IN_A_TEST)
}

fn fresh_seed() -> String {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos().to_string()
}

fn command(seconds: &str) -> Command {
    let mut command = cargo();
    command.args(["test", "--package", "kysera-fuzz", "--profile", "fuzz", "--test", "targets", "--"]);
    command.env("KYSERA_FUZZ_SECONDS", seconds);
    command
}
