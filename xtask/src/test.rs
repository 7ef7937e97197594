//! The task `cargo xtask test`: every test and every example, with real servers.
//!
//! Adds nothing that plain `cargo test` could not run, given the servers in the environment and the time that targets of
//! hostile input shall have.

use crate::fuzz;
use crate::matrix;
use crate::process::{Result, cargo, root};
use crate::servers::Servers;
use crate::skips::SkipLog;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

/// What tells an example where its database is; without it, it uses SQLite.
const EXAMPLE_URL: &str = "DATABASE_URL";

/// Runs everything, with a table of databases if asked; what follows `--` goes to `cargo test`, and then no example is run.
pub(crate) fn task(words: &[&str], table: bool) -> Result<ExitCode> {
    let arguments = match words {
        [] => &[],
        ["--", arguments @ ..] => arguments,
        [other, ..] => {
            return Err(format!("test does not know `{other}`; arguments of cargo test follow `--`"));
        }
    };
    let mut servers = Servers::all()?;
    println!("with {}", servers.version());
    print!("{}", servers.missing());
    let log = SkipLog::new(&root())?;
    let mut failed = servers.failures();

    let start = Instant::now();
    let tests = prepared(cargo_test(arguments), &servers, &log);
    let ran = matrix::run(tests, &mut servers, arguments.is_empty())?;
    let mut summary = vec![line("tests", ran.passed, start)];
    if !ran.passed {
        failed.push("tests".to_owned());
    }
    if arguments.is_empty() {
        let start = Instant::now();
        let status = servers.run_guarded(&mut prepared(fuzz::in_a_test(), &servers, &log))?;
        summary.push(line("fuzz", status.success(), start));
        if !status.success() {
            failed.push("fuzz".to_owned());
        }
    }
    let names = if arguments.is_empty() { examples(&root().join("examples/examples"))? } else { Vec::new() };
    for example in names {
        let urls: Vec<_> = servers.urls().map(|(kind, url)| (kind.name(), Some(url.to_owned()))).collect();
        for (database, url) in [("SQLite", None)].into_iter().chain(urls) {
            let name = format!("example {example} on {database}");
            let start = Instant::now();
            let mut run = prepared(cargo_run_example(&example), &servers, &log);
            run.env_remove(EXAMPLE_URL).envs(url.map(|url| (EXAMPLE_URL, url)));
            let status = servers.run_guarded(run.stdout(Stdio::null()))?;
            summary.push(line(&name, status.success(), start));
            if !status.success() {
                failed.push(name);
            }
        }
    }
    println!("\n{}{}", if table { &*ran.table } else { "" }, summary.join("\n"));
    println!("{}", log.summary()?);
    print!("{}", servers.missing());
    if failed.is_empty() { Ok(ExitCode::SUCCESS) } else { Err(format!("failed: {}", failed.join(", "))) }
}

fn cargo_test(arguments: &[&str]) -> Command {
    let mut command = cargo();
    // One run tells all that is broken.
    command.args(["test", "--no-fail-fast"]);
    // A package named by the caller is instead of all of them.
    if !arguments.iter().any(|word| word.starts_with("-p") || word.starts_with("--package")) {
        command.args(["--workspace", "--all-features"]);
    }
    command.args(arguments);
    command
}

fn cargo_run_example(example: &str) -> Command {
    let mut command = cargo();
    // The features of `cargo test` above, so that nothing is compiled twice.
    command.args(["run", "--quiet", "--all-features", "--example", example]);
    command
}

fn prepared(mut command: Command, servers: &Servers, log: &SkipLog) -> Command {
    servers.tell(&mut command);
    command.env(SkipLog::VARIABLE, log.path());
    command
}

/// Returns the names of the examples in a folder: `x.rs` and `x/main.rs`.
fn examples(folder: &Path) -> Result<Vec<String>> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| format!("cannot read {}: {error}", folder.display()))?.path();
        let is_example = path.extension().is_some_and(|ext| ext == "rs") || path.join("main.rs").is_file();
        if let Some(name) = path.file_stem().and_then(|stem| stem.to_str()).filter(|_| is_example) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn line(name: &str, success: bool, start: Instant) -> String {
    let result = if success { "passed" } else { "FAILED" };
    format!("{name:<30} {result} {:>7.1} s", start.elapsed().as_secs_f64())
}
