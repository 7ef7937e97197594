//! Speed, memory and compile time of Kysera beside its rivals, in one run.
//!
//! Never a test: nothing fails when a goal is missed, it is said.

mod allocations;
mod compile_time;
mod goal;
mod harness;
mod instructions;
mod machine;
mod plot;
mod plugins;
mod postgres;
mod queries;
mod report;
mod rows;
mod sqlite;
mod text;

use harness::{Case, Effort, measure};
use report::{Report, Section};
use std::process::ExitCode;
use std::time::Duration;

const HELP: &str = "\
usage: cargo run --release -- [what] [part of a case's name ..]

  --quick          less than three minutes (the default)
  --full           more rounds, instruction counts, compile time; writes docs/benchmarks.md
  --instructions   count instructions as well (needs valgrind)
  --compile-time   nothing but compile time and code size; parts are of libraries' names
  --list           the names of the cases

in the environment:
  KYSERA_TEST_POSTGRES_URL   a PostgreSQL server to measure on; `cargo xtask postgres -- <command>`
                             starts one and runs the command with its address
";

/// What the command line asks for.
#[derive(Default)]
struct Wanted {
    full: bool,
    instructions: bool,
    compile_time_only: bool,
    list: bool,
    parts: Vec<String>,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, case, variant, times] = words.as_slice()
        && flag == instructions::ONE
    {
        return instructions::run_one(&cases().0, case, variant, times);
    }
    if let [flag, command @ ..] = words.as_slice()
        && flag == compile_time::child::FLAG
    {
        return compile_time::child::run(command);
    }
    match wanted(&words).map(|wanted| run(&wanted)) {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(message)) => {
            eprintln!("bench: {message}");
            ExitCode::FAILURE
        }
        None => {
            eprint!("{HELP}");
            ExitCode::from(2)
        }
    }
}

fn wanted(words: &[String]) -> Option<Wanted> {
    let mut wanted = Wanted::default();
    for word in words {
        match word.as_str() {
            "--quick" => {}
            "--full" => (wanted.full, wanted.instructions) = (true, true),
            "--instructions" => wanted.instructions = true,
            "--compile-time" => wanted.compile_time_only = true,
            "--list" => wanted.list = true,
            flag if flag.starts_with('-') => return None,
            part => wanted.parts.push(part.to_owned()),
        }
    }
    Some(wanted)
}

fn run(wanted: &Wanted) -> Result<(), String> {
    let (mut cases, skipped) = cases();
    cases.retain(|case| wanted.parts.is_empty() || wanted.parts.iter().any(|part| case.name.contains(part)));
    if wanted.list {
        cases.iter().for_each(|case| println!("{}", case.name));
        return Ok(());
    }
    let mut report = Report::new(wanted.full);
    if !wanted.compile_time_only {
        report.sections = cases.iter().map(|case| section(case, wanted)).collect();
        report.skipped = skipped;
    }
    if wanted.full || wanted.compile_time_only {
        let (costs, failed) = compile_time::run(&wanted.parts)?;
        report.compile_time = costs;
        report.skipped.extend(failed);
        compile_time::write_charts(&report.compile_time)?;
    }
    println!("{}", report.text());
    if wanted.full && wanted.parts.is_empty() {
        report.write()?;
    }
    Ok(())
}

fn section(case: &Case, wanted: &Wanted) -> Section {
    eprintln!("{}", case.name);
    let effort = if wanted.full {
        Effort { rounds: 400, turn: Duration::from_millis(5) }
    } else {
        Effort { rounds: 100, turn: Duration::from_millis(5) }
    };
    let mut figures = measure(case, effort);
    if wanted.instructions {
        instructions::count(&case.name, &mut figures);
    }
    Section { name: case.name.clone(), verdicts: case.verdicts(&figures), figures }
}

/// Every case, and what had to be left out and why.
fn cases() -> (Vec<Case>, Vec<String>) {
    let mut cases = sqlite::cases();
    let mut skipped = Vec::new();
    match postgres::cases() {
        Ok(postgres) => cases.extend(postgres),
        Err(why) => skipped.push(why),
    }
    cases.extend(text::cases());
    cases.extend(plugins::cases());
    (cases, skipped)
}

/// A runtime as most tests and small programs have it: one thread.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be built")
}
