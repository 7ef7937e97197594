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

pub(crate) use nowhere::Nowhere;

use crate::engine::{Engine, Flavour, MySqlEngine, PostgresEngine, SqliteEngine};
use abilities::{Abilities, MARIADB, MYSQL, POSTGRES, SQLITE};
use forms::Forms;
use run::{Run, Tally};

#[test]
fn sqlite_answers_as_if_hidden_rows_were_not_there() {
    in_halves(setting("KYSERA_ORACLE_QUERIES", 20_000), forms::COMMON, &[], |seed, statements| {
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
    in_halves(setting("KYSERA_ORACLE_QUERIES", 20_000) / 10, &forms, &[], |seed, statements| {
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

#[test]
fn mysql_answers_as_if_hidden_rows_were_not_there() {
    on_mysql(Flavour::MySql, MYSQL, forms::MYSQL, forms::BEYOND_MYSQL);
}

/// From other seeds (101 with six times as many statements) MariaDB 11.8.9 ends with a segmentation fault.
#[test]
fn mariadb_answers_as_if_hidden_rows_were_not_there() {
    on_mysql(Flavour::MariaDb, MARIADB, forms::MARIADB, forms::BEYOND_MARIADB);
}

/// In one half plugins know the database that tables without a schema are in, in the other they do not.
fn on_mysql(flavour: Flavour, can: Abilities, forms: &[&'static str], beyond: &[&'static str]) {
    if flavour.url().is_none() {
        return;
    }
    let forms = [forms::everywhere_but(beyond, can.ctes), forms.to_vec()].concat();
    in_halves(setting("KYSERA_ORACLE_QUERIES", 20_000) / 10, &forms, beyond, |seed, statements| {
        let schema_is_known = seed.is_multiple_of(2);
        let [all, permitted] = [(); 2].map(|()| {
            let mut engine = MySqlEngine::new(flavour).expect("there is a server");
            engine.know_schema(schema_is_known);
            engine
        });
        // Where it is not known, a table of the same name in another database counts as the same.
        let tables = if schema_is_known { can.tables } else { can.tables - 1 };
        let mut run = Run::new(all, permitted, Abilities { schema_is_known, tables, ..can }, seed);
        run.ask(statements);
        run.finish()
    });
}

/// Two runs at once, from seeds of their own, each with half of the statements; together they must make these
/// forms, and see that statements of those `beyond` are refused.
fn in_halves(
    statements: usize,
    forms: &[&'static str],
    beyond: &[&'static str],
    run: impl Fn(u64, usize) -> (Tally, [Forms; 2]) + Sync,
) {
    let seed = setting("KYSERA_ORACLE_SEED", 20_261_120) as u64;
    let run = &run;
    let [first, second] = std::thread::scope(|scope| {
        let halves = [seed, seed + 1].map(|seed| scope.spawn(move || run(seed, statements / 2)));
        halves.map(|half| half.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let tally = first.0.and(second.0);
    let [made, refused] = [0, 1].map(|at| first.1[at].clone().and(second.1[at].clone()));
    eprintln!("{:?}", made.counts());
    // Fewer statements are asked by somebody who looks for something else.
    if statements >= 1_000 {
        tally.check();
        let missing = made.missing(forms);
        assert!(missing.is_empty(), "these forms were never made: {missing:?}");
        let missing = refused.missing(beyond);
        assert!(missing.is_empty(), "these forms were never refused: {missing:?}");
        let taken: Vec<_> = beyond.iter().filter(|form| made.counts().contains_key(*form)).collect();
        assert!(taken.is_empty(), "these forms are refused: {taken:?}");
    }
}

/// A number from the environment.
fn setting(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}
