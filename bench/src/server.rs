//! The servers: those that are named, or those that `cargo xtask` starts around this program.

use kysera_bench_stage::data::server::{SERVERS, Server};
use std::process::{Command, ExitCode};

/// The servers that were looked for already, for the program that runs beside one that was started.
const TRIED: &str = "KYSERA_BENCH_SERVERS_TRIED";

/// What a run that failed ends with, to be told from a server that did not start.
pub const FAILED: u8 = 3;

/// What `cargo xtask` ends with when the server does not start.
const NOT_STARTED: i32 = 1;

/// Where the run goes on.
pub enum Needed {
    /// Here; and the servers that cannot be had, and why.
    Here(Vec<String>),
    /// It ran in another process, beside a server.
    Elsewhere(ExitCode),
}

/// A server that cases may need.
struct Kind {
    /// The group of its cases, and the task that starts it.
    group: &'static str,
    /// The variable that names one.
    variable: &'static str,
    is_named: bool,
}

fn kinds() -> Vec<Kind> {
    let kind = |server: Server| Kind {
        group: server.group(),
        variable: server.variable(),
        is_named: server.url().is_some(),
    };
    SERVERS.into_iter().map(kind).collect()
}

/// Finds the servers of these groups, or runs this program again with the same words beside one that is started for it,
/// which does the same for the next.
pub fn needed(groups: impl Fn(&str) -> bool, words: &[String]) -> Needed {
    let mut tried = std::env::var(TRIED).unwrap_or_default();
    let mut missing = Vec::new();
    for kind in kinds().into_iter().filter(|kind| groups(kind.group) && !kind.is_named) {
        let mut lacks = |why: &str| {
            missing.push(format!("{}: {why}; name a server in {}", kind.group, kind.variable));
        };
        if tried.split(' ').any(|known| known == kind.group) {
            lacks("no server was started");
            continue;
        }
        tried = format!("{tried} {}", kind.group);
        match run_beside(kind.group, &tried, words) {
            Ok(code) => return Needed::Elsewhere(code),
            Err(why) => lacks(&why),
        }
    }
    Needed::Here(missing)
}

/// Runs this program again beside a server; an error says why there is none.
fn run_beside(task: &str, tried: &str, words: &[String]) -> Result<ExitCode, String> {
    let program = std::env::current_exe().map_err(|_| "this program has no path")?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).env(TRIED, tried);
    // What this program's own cargo set would make the other build everything again.
    cargo.env_remove("CARGO_MANIFEST_DIR").args(["xtask", task]).arg(program).args(words);
    let status = cargo.status().map_err(|error| format!("cargo cannot be run: {error}"))?;
    match status.code() {
        Some(0) => Ok(ExitCode::SUCCESS),
        Some(NOT_STARTED) => {
            Err(format!("`cargo xtask {task}` could not start one; what it said stands above"))
        }
        _ => Ok(ExitCode::from(FAILED)),
    }
}
