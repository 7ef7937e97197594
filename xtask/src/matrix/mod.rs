//! The table of `cargo xtask matrix`: which test program passed on which database.
//!
//! A test runs on each database that it asks the environment for, so that it may count for several. Which it asked for,
//! `kysera_testing` writes to a file; what became of it, the harness says.

mod programs;
mod table;

use crate::process::{Result, root};
use crate::servers::Servers;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

/// The variable that tells tests where the file is.
const VARIABLE: &str = "KYSERA_USE_LOG";

/// Runs tests as they are, listens to what they print, and returns whether all passed, and the table.
pub(crate) fn run(mut tests: Command, servers: &mut Servers) -> Result<(bool, String)> {
    let programs = programs::built_by(&tests)?;
    let log = root().join("target/kysera-uses.log");
    let failed = |error| format!("cannot write {}: {error}", log.display());
    fs::write(&log, "").map_err(failed)?;
    tests.env(VARIABLE, &log);
    // With a single thread the harness runs tests in its own, which bears no test's name.
    let threads = std::thread::available_parallelism().map_or(2, |threads| threads.get().max(2));
    tests.env("RUST_TEST_THREADS", threads.to_string());
    let (status, output) = listened_to(tests, servers)?;
    let uses = fs::read_to_string(&log).map_err(|error| format!("cannot read {}: {error}", log.display()))?;
    Ok((status, table::table(&programs, &output, &uses)))
}

/// Runs a command whose output is both printed and returned, in the order in which it was written.
fn listened_to(mut command: Command, servers: &mut Servers) -> Result<(bool, String)> {
    let failed = |error| format!("cannot make a pipe: {error}");
    let (reader, writer) = std::io::pipe().map_err(failed)?;
    command.stderr(writer.try_clone().map_err(failed)?).stdout(writer);
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(reader).split(b'\n').map_while(std::result::Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            println!("{line}");
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    let status = servers.run_guarded(&mut command);
    // The pipe ends when its last writer is gone: the command here, and whatever a test may have left behind, which is
    // not waited for.
    drop(command);
    let mut output = String::new();
    while let Ok(line) = lines.recv_timeout(Duration::from_secs(5)) {
        output += &line;
        output.push('\n');
    }
    Ok((status?.success(), output))
}
