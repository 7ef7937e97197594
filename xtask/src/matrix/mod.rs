//! The table of `cargo xtask matrix`: which test program passed on which database.
//!
//! A test runs on each database that it asks the environment for, so that it may count for several. Which it asked for,
//! `kysera_testing` writes to a file; what became of it, the harness says.

mod programs;
mod table;

use crate::process::{Result, command, root};
use crate::servers::Servers;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

/// What is run again on the newest PostgreSQL.
const AGAIN: [&str; 3] = ["kysera-postgres suite", "tests behaviour", "tests rewriting"];

/// What became of the tests.
pub(crate) struct Ran {
    pub(crate) passed: bool,
    pub(crate) table: String,
}

/// Runs tests as they are, and listens to what they print; those of PostgreSQL `again` on the newest one, if asked.
pub(crate) fn run(mut tests: Command, servers: &mut Servers, again: bool) -> Result<Ran> {
    let programs = programs::built_by(&tests)?;
    let mut areas: BTreeMap<_, _> =
        programs.iter().map(|(name, program)| (name.clone(), program.area.clone())).collect();
    // With a single thread the harness runs tests in its own, which bears no test's name.
    let threads = std::thread::available_parallelism().map_or(2, |threads| threads.get().max(2)).to_string();
    let log = UseLog::new();
    log.tell(&mut tests, &threads)?;
    let (mut passed, mut output) = listened_to(tests, servers)?;
    let mut uses = log.read()?;
    let newest = if again { servers.newest() } else { None };
    if let Some(newest) = newest {
        let is_there = |area: &&str| programs.values().any(|program| program.area == **area);
        if let Some(area) = AGAIN.iter().find(|area| !is_there(area)) {
            return Err(format!(
                "no test program is `{area}`, which is to run again on the newest PostgreSQL"
            ));
        }
        for (name, program) in programs.iter().filter(|(_, program)| AGAIN.contains(&&*program.area)) {
            let mut command = command(&program.file);
            command.current_dir(&program.folder);
            newest.tell_alone(&mut command);
            log.tell(&mut command, &threads)?;
            // As cargo says it.
            let heading = format!("     Running {} (newest PostgreSQL/{name}-newest)\n", program.area);
            print!("\n{heading}");
            output += &heading;
            let (success, printed) = listened_to(command, servers)?;
            passed &= success;
            output += &printed;
            uses += &table::on_newest(&log.read()?);
            areas.insert(format!("{name}-newest"), format!("{}, newest", program.area));
        }
    }
    Ok(Ran { passed, table: table::table(&areas, &output, &uses) })
}

/// The file in which tests note the servers that they asked for.
struct UseLog(PathBuf);

impl UseLog {
    fn new() -> UseLog {
        UseLog(root().join("target/kysera-uses.log"))
    }

    /// Empties it, and tells tests where it is.
    fn tell(&self, tests: &mut Command, threads: &str) -> Result {
        let written = fs::write(&self.0, "");
        written.map_err(|error| format!("cannot write {}: {error}", self.0.display()))?;
        tests.env("KYSERA_USE_LOG", &self.0).env("RUST_TEST_THREADS", threads);
        Ok(())
    }

    fn read(&self) -> Result<String> {
        fs::read_to_string(&self.0).map_err(|error| format!("cannot read {}: {error}", self.0.display()))
    }
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
