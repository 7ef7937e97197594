//! The PostgreSQL server: one that is named, or one that `cargo xtask postgres` starts around this program.

use kysera_bench_stage::data::postgres;
use std::process::{Command, ExitCode};

/// Set for the program that runs beside the server, so that it does not look for one again.
const TRIED: &str = "KYSERA_BENCH_SERVER_TRIED";

/// What a run that failed ends with, to be told from a server that did not start.
pub const FAILED: u8 = 3;

/// What `cargo xtask` ends with when the server does not start.
const NOT_STARTED: i32 = 1;

/// Where the run goes on.
pub enum Needed {
    /// Here: there is a server.
    Here,
    /// It ran in another process, beside a server.
    Elsewhere(ExitCode),
    /// Here, without a server, and why.
    Missing(String),
}

/// Finds a server, or runs this program again with the same words beside one that is started for it.
pub fn needed(words: &[String]) -> Needed {
    if postgres::url().is_some() {
        return Needed::Here;
    }
    let missing =
        |why: &str| Needed::Missing(format!("postgres: {why}; name a server in KYSERA_TEST_POSTGRES_URL"));
    if std::env::var_os(TRIED).is_some() {
        return missing("no server was started");
    }
    let Ok(program) = std::env::current_exe() else { return missing("this program has no path") };
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).env(TRIED, "1");
    // What this program's own cargo set would make the other build everything again.
    cargo.env_remove("CARGO_MANIFEST_DIR").args(["xtask", "postgres"]).arg(program).args(words);
    match cargo.status() {
        Ok(status) if status.success() => Needed::Elsewhere(ExitCode::SUCCESS),
        Ok(status) if status.code().is_none_or(|code| code != NOT_STARTED) => {
            Needed::Elsewhere(ExitCode::from(FAILED))
        }
        Ok(_) => missing("`cargo xtask postgres` could not start one; what it said stands above"),
        Err(error) => missing(&format!("cargo cannot be run: {error}")),
    }
}
