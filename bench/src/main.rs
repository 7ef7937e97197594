//! Speed, memory and compile time of Kysera beside its rivals, in one run: the conductor, and a player of its own.
//!
//! Never a test: nothing fails when a goal is missed, it is said.

mod case;
mod cases;
mod charts;
mod child;
mod clock;
mod compile_time;
mod conductor;
mod figure;
mod goal;
mod instructions;
mod machine;
mod mysql;
mod numbers;
mod players;
mod plot;
mod plugins;
mod postgres;
mod prepared;
mod queries;
mod reasons;
mod report;
mod rows;
mod section;
mod server;
mod servers;
mod sqlite;
mod text;

use case::Case;
use conductor::{Effort, measure};
use kysera_bench_stage::{Entries, play};
use players::Player;
use report::Report;
use section::Section;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const HELP: &str = "\
usage: cargo run --release -- [what] [part of a case's name ..]

  --quick          less than three minutes (the default)
  --full           more rounds, instruction counts, compile time; writes docs/benchmarks.md, or its section of the
                   servers whose cases were asked for: `--full mysql: mariadb:`
  --write          writes docs/benchmarks.md after a quick run too
  --instructions   count instructions as well (needs valgrind)
  --compile-time   nothing but compile time and code size; parts are of libraries' names
  --alone          without the rivals, which are built in workspaces of their own
  --list           the names of the cases, and who has them

in the environment:
  KYSERA_TEST_POSTGRES_URL, KYSERA_TEST_MYSQL_URL, KYSERA_TEST_MARIADB_URL
                   servers to measure on; without one, `cargo xtask` starts it, where a case needs it
";

/// What the command line asks for.
#[derive(Default)]
struct Wanted {
    full: bool,
    write: bool,
    instructions: bool,
    compile_time_only: bool,
    alone: bool,
    list: bool,
    parts: Vec<String>,
}

fn main() -> ExitCode {
    if let Some(code) = play(entries) {
        return code;
    }
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, command @ ..] = words.as_slice()
        && flag == compile_time::child::FLAG
    {
        return compile_time::child::run(command);
    }
    let Some(wanted) = wanted(&words) else {
        eprint!("{HELP}");
        return ExitCode::from(2);
    };
    match run(&wanted, &words) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("bench: {message}");
            ExitCode::from(server::FAILED)
        }
    }
}

/// What this program plays itself.
fn entries() -> Entries {
    sqlite::entries()
        .and(servers::entries())
        .and(postgres::entries())
        .and(mysql::entries())
        .and(text::entries())
        .and(plugins::entries())
}

impl Wanted {
    /// True for a case that is asked for.
    fn takes(&self, case: &Case) -> bool {
        // A part that is only the group, as in `postgres:`, is no name.
        let named = |part: &String| case.name.contains(part.as_str()) && !part.ends_with(':');
        let meant = self.parts.is_empty() || self.parts.iter().any(|part| case.name.contains(part.as_str()));
        meant && (self.full || self.list || !case.full_only || self.parts.iter().any(named))
    }
}

fn wanted(words: &[String]) -> Option<Wanted> {
    let mut wanted = Wanted::default();
    for word in words {
        match word.as_str() {
            "--quick" => {}
            "--full" => (wanted.full, wanted.write, wanted.instructions) = (true, true, true),
            "--write" => wanted.write = true,
            "--instructions" => wanted.instructions = true,
            "--compile-time" => wanted.compile_time_only = true,
            "--alone" => wanted.alone = true,
            "--list" => wanted.list = true,
            flag if flag.starts_with('-') => return None,
            part => wanted.parts.push(part.to_owned()),
        }
    }
    Some(wanted)
}

fn run(wanted: &Wanted, words: &[String]) -> Result<ExitCode, String> {
    let mut cases = cases::all();
    cases.retain(|case| wanted.takes(case));
    let mut report = Report::new(wanted.full, words);
    if !wanted.compile_time_only {
        if !wanted.list {
            match server::needed(|group| cases.iter().any(|case| case.group() == group), words) {
                server::Needed::Here(missing) => report.skipped.extend(missing),
                server::Needed::Elsewhere(code) => return Ok(code),
            }
        }
        let (players, skipped) = players::all(!wanted.alone)?;
        report.skipped.extend(skipped);
        known(&players, &cases::all())?;
        if wanted.list {
            list(&cases, &players);
            return Ok(ExitCode::SUCCESS);
        }
        cases.retain(|case| conductor::variants(case, &players).next().is_some());
        for case in &cases {
            let (section, failed) = section(case, wanted, &players);
            report.sections.push(section);
            report.skipped.extend(failed);
        }
        report.players = players;
    }
    if wanted.full && wanted.parts.is_empty() || wanted.compile_time_only {
        let (costs, failed) = compile_time::run(&wanted.parts)?;
        report.compile_time = costs;
        report.skipped.extend(failed);
        if !wanted.write {
            compile_time::write_charts(&report.compile_time)?;
        }
    }
    println!("{}", report.text());
    match wanted.write {
        true if wanted.parts.is_empty() => report.write()?,
        true => report.write_part()?,
        false => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Refuses a player with a case that has no entry in `cases/`: it would be left out in silence.
fn known(players: &[Player], cases: &[Case]) -> Result<(), String> {
    let mut played = players.iter().flat_map(|player| &player.variants);
    match played.find(|(name, _)| !cases.iter().any(|case| case.name == *name)) {
        Some((case, variant)) => Err(format!("`{variant}` plays `{case}`, which is not in cases/")),
        None => Ok(()),
    }
}

fn list(cases: &[Case], players: &[Player]) {
    for case in cases {
        let variants: Vec<&str> = conductor::variants(case, players).map(|(_, variant)| variant).collect();
        println!("{}\n    {}", case.name, variants.join("; "));
    }
}

fn section(case: &Case, wanted: &Wanted, players: &[Player]) -> (Section, Vec<String>) {
    let started = Instant::now();
    let turn = Duration::from_millis(5);
    let effort = if wanted.full {
        Effort { turn, time: Duration::from_secs(1), rounds: (10, 200), long_rounds: 10 }
    } else {
        Effort { turn, time: Duration::from_millis(150), rounds: (2, 100), long_rounds: 5 }
    };
    let mut outcome = measure(case, players, effort);
    if wanted.instructions {
        instructions::count(case, &mut outcome.figures, players);
    }
    let section = Section::new(case, outcome.figures);
    eprintln!("{} ({:.1} s)", section.line(), started.elapsed().as_secs_f64());
    (section, outcome.failed)
}
