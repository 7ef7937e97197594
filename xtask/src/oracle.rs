//! The task `cargo xtask oracle`: the oracle of the row filters for as many statements as asked, optimised.
//!
//! The test is in `tests/tests/rewriting/oracle`; `cargo xtask test` runs a small part of it.

use crate::process::{Result, cargo, exit_code};
use crate::servers::{Kind, Servers};
use std::process::ExitCode;

/// Asks a million statements on SQLite and a tenth of it on PostgreSQL, or as many as `--statements` says.
pub(crate) fn task(words: &[&str]) -> Result<ExitCode> {
    let (mut statements, mut seed) = ("1000000", None);
    let mut rest = words;
    while let [name, value, more @ ..] = rest {
        value.parse::<u64>().map_err(|_| format!("`{value}` is no number"))?;
        match *name {
            "--statements" => statements = value,
            "--seed" => seed = Some(*value),
            other => return Err(format!("oracle does not know `{other}`")),
        }
        rest = more;
    }
    if let [word] = rest {
        return Err(format!("`{word}` has no number behind it"));
    }
    let mut servers = Servers::these(&[Kind::Postgres])?;
    println!("{statements} statements, and a tenth of it with {}", servers.version());
    let mut test = cargo();
    test.args([
        "test",
        "--release",
        "-p",
        "kysera-tests",
        "--test",
        "rewriting",
        "oracle::",
        "--",
        "--nocapture",
    ]);
    servers.tell(&mut test);
    test.env("KYSERA_ORACLE_QUERIES", statements);
    test.envs(seed.map(|seed| ("KYSERA_ORACLE_SEED", seed)));
    Ok(exit_code(servers.run_guarded(&mut test)?))
}
