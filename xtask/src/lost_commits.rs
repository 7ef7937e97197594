//! The task `cargo xtask lost-commits`: the test of that name, for as many rounds as asked.
//!
//! The test is in `crates/kysera-postgres/tests/suite/lost_commits.rs`; `cargo xtask test` runs a few rounds of it.

use crate::process::{Result, cargo, exit_code};
use crate::servers::{Kind, Servers};
use std::process::ExitCode;

/// Runs 200 rounds, or as many as `--rounds` says.
pub(crate) fn task(words: &[&str]) -> Result<ExitCode> {
    let rounds = match words {
        [] => 200,
        ["--rounds", rounds] => rounds.parse::<u32>().map_err(|_| format!("`{rounds}` is no number"))?,
        other => return Err(format!("lost-commits does not know `{}`", other.join(" "))),
    };
    let mut servers = Servers::these(&[Kind::Postgres])?;
    if !servers.are_ours() {
        return Err("lost-commits crashes servers of its own; it cannot use a given one".to_owned());
    }
    println!("{rounds} rounds with {}", servers.version());
    let mut test = cargo();
    test.args(["test", "-p", "kysera-postgres", "--test", "suite", "lost_commits::rounds", "--"]);
    test.args(["--nocapture", "--test-threads=1"]);
    servers.tell(&mut test);
    test.env("KYSERA_LOST_COMMITS_ROUNDS", rounds.to_string());
    Ok(exit_code(servers.run_guarded(&mut test)?))
}
