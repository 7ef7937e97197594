//! The task `cargo xtask check`: all that can be said of the code without a server.
//!
//! One step, one file or one cargo command; each says in one line what it found.

mod arrows;
mod circles;
mod crate_floors;
mod manifests;
mod module_floors;
mod outcome;
mod outside;
mod packages;
mod published;
mod source;
mod tidy;

use crate::process::{Result, cargo, command, output, root};
use manifests::Manifests;
use outcome::{Outcome, verdict};
use std::io::{IsTerminal, Write};
use std::process::{Command, ExitCode};
use std::time::Instant;

type Step = (&'static str, fn() -> Result<Outcome>);

const STEPS: &[Step] = &[
    ("lock", lock),
    ("fmt", fmt),
    ("tidy", tidy::check),
    ("floors", floors),
    ("clippy", clippy),
    ("docs", docs),
    ("crates", published::check),
    ("outside", outside::check),
    ("package", packages::check),
    ("msrv", msrv),
];

/// Runs all steps or those named by `--only`, up to the first failure unless told to `--keep-going`.
pub(crate) fn task(words: &[&str]) -> Result<ExitCode> {
    let mut keep_going = false;
    let mut only = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--keep-going" => keep_going = true,
            "--only" => only.push(*words.next().ok_or("--only needs the name of a step")?),
            other => return Err(format!("check does not know `{other}`")),
        }
    }
    let names: Vec<_> = STEPS.iter().map(|(name, _)| *name).collect();
    if let Some(unknown) = only.iter().find(|name| !names.contains(name)) {
        return Err(format!("no step is called `{unknown}`; the steps are {}", names.join(", ")));
    }
    let mut failed = Vec::new();
    for (name, step) in STEPS.iter().filter(|(name, _)| only.is_empty() || only.contains(name)) {
        if !passes(name, *step) {
            failed.push(*name);
            if !keep_going {
                break;
            }
        }
    }
    if failed.is_empty() { Ok(ExitCode::SUCCESS) } else { Err(format!("failed: {}", failed.join(", "))) }
}

fn passes(name: &str, step: fn() -> Result<Outcome>) -> bool {
    print!("{name:<10} ");
    // Without a whole line the name would stay in the buffer while the step runs.
    let _ = std::io::stdout().flush();
    let start = Instant::now();
    let outcome = step();
    let seconds = start.elapsed().as_secs_f64();
    match outcome {
        Ok(Outcome::Passed) => println!("ok      {seconds:>6.1} s"),
        Ok(Outcome::Skipped(reason)) => println!("skipped: {reason}"),
        Err(message) => {
            println!("FAILED  {seconds:>6.1} s\n{}\n", message.trim_end());
            return false;
        }
    }
    true
}

// First, because the other commands would quietly mend what they find.
fn lock() -> Result<Outcome> {
    quiet(cargo().args(["metadata", "--locked", "--format-version=1"]))
}

fn fmt() -> Result<Outcome> {
    quiet(cargo().args(["fmt", "--all", "--check"]))
}

fn floors() -> Result<Outcome> {
    let mut problems = crate_floors::problems(&Manifests::read()?);
    let programs = arrows::programs(&source::rust()?)?;
    problems.extend(module_floors::problems(&programs));
    problems.extend(circles::problems(&programs));
    verdict(&problems)
}

fn clippy() -> Result<Outcome> {
    let mut clippy = coloured();
    clippy.args([
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ]);
    quiet(&mut clippy)
}

fn docs() -> Result<Outcome> {
    let mut doc = coloured();
    doc.args(["doc", "--quiet", "--workspace", "--no-deps", "--all-features"]);
    quiet(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

fn msrv() -> Result<Outcome> {
    let msrv = Manifests::read()?.rust_version()?;
    let toolchains = output(command("rustup").args(["toolchain", "list"])).unwrap_or_default();
    let mut names = toolchains.lines().filter_map(|line| line.split_whitespace().next());
    let Some(toolchain) = names.find(|name| name.starts_with(&msrv)) else {
        return Ok(Outcome::Skipped(format!("toolchain {msrv} is not installed")));
    };
    // A target folder of its own: two compilers that share one keep throwing out each other's work.
    let mut check = command("rustup");
    check.args(["run", toolchain, "cargo", "check", "--quiet", "--workspace", "--all-features"]);
    quiet(check.args(["--target-dir", "target/msrv"]).current_dir(root()))
}

fn coloured() -> Command {
    let mut command = cargo();
    command.env("CARGO_TERM_COLOR", if std::io::stdout().is_terminal() { "always" } else { "auto" });
    command
}

fn quiet(command: &mut Command) -> Result<Outcome> {
    output(command).map(|_| Outcome::Passed)
}
