//! The oracle: a random statement over random data, under random policies, must do what the plain statement does over
//! data from which the forbidden rows were removed.
//!
//! `KYSERA_ORACLE_SEED` and `KYSERA_ORACLE_QUERIES` choose where it begins and how far it goes; `cargo xtask oracle` runs
//! it for long.

mod abilities;
mod chance;
mod forms;
mod generate;
mod mutant;
mod names;
mod nowhere;
mod prepared;
mod rule;
mod run;
mod tables;
mod tens;
mod truth;
mod values;
mod world;

use crate::engine::{Engine, PostgresEngine, SqliteEngine};
use abilities::Abilities;
use forms::Forms;
use run::{Run, Tally};

const SQLITE: Abilities = Abilities {
    lateral: false,
    all_sets: false,
    any_case: true,
    delete_using: false,
    merge: false,
    write_ctes: false,
    distinct_on: false,
    locks: false,
    column_lists: false,
    snapshot: false,
    schema: "main",
    json_object: "json_object",
};
const POSTGRES: Abilities = Abilities {
    lateral: true,
    all_sets: true,
    any_case: false,
    delete_using: true,
    merge: true,
    write_ctes: true,
    distinct_on: true,
    locks: true,
    column_lists: true,
    snapshot: true,
    schema: "public",
    json_object: "json_build_object",
};

#[test]
fn sqlite_answers_as_if_hidden_rows_were_not_there() {
    in_halves(setting("KYSERA_ORACLE_QUERIES", 20_000), forms::COMMON, |seed, statements| {
        let mut run = Run::new(SqliteEngine::new().limited(), SqliteEngine::new().limited(), SQLITE, seed);
        run.ask(statements);
        run.finish()
    });
}

#[test]
fn postgres_answers_as_if_hidden_rows_were_not_there() {
    if kysera_testing::postgres_url().is_none() {
        return;
    }
    let forms = [forms::COMMON, forms::POSTGRES].concat();
    in_halves(setting("KYSERA_ORACLE_QUERIES", 20_000) / 10, &forms, |seed, statements| {
        let [mut all, mut permitted] = [(); 2].map(|()| PostgresEngine::new().expect("there is a server"));
        // Without statistics these queries look dear, and compiling them takes longer than running them.
        all.script("set jit = off; set synchronous_commit = off; set statement_timeout = '20s'");
        // What plugins made of a statement that was answered is given up later: it is what is tested.
        permitted.script("set jit = off; set synchronous_commit = off; set statement_timeout = '2s'");
        let mut run = Run::new(all, permitted, POSTGRES, seed);
        run.ask(statements);
        run.finish()
    });
}

/// Two runs at once, from seeds of their own, each with half of the statements; together they must make these forms.
fn in_halves(statements: usize, forms: &[&'static str], run: impl Fn(u64, usize) -> (Tally, Forms) + Sync) {
    let seed = setting("KYSERA_ORACLE_SEED", 20_261_120) as u64;
    let run = &run;
    let [first, second] = std::thread::scope(|scope| {
        let halves = [seed, seed + 1].map(|seed| scope.spawn(move || run(seed, statements / 2)));
        halves.map(|half| half.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let (tally, made) = (first.0.and(second.0), first.1.and(second.1));
    eprintln!("{:?}", made.counts());
    // Fewer statements are asked by somebody who looks for something else.
    if statements >= 1_000 {
        tally.check();
        let missing = made.missing(forms);
        assert!(missing.is_empty(), "these forms were never made: {missing:?}");
    }
}

/// A number from the environment.
fn setting(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}
