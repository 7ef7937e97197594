//! The oracle: a random statement over random data, under random policies, must do what the plain statement does over
//! data from which the forbidden rows were removed.
//!
//! `KYSERA_ORACLE_SEED` and `KYSERA_ORACLE_QUERIES` choose where it begins and how far it goes.

mod abilities;
mod chance;
mod generate;
mod mutant;
mod names;
mod prepared;
mod world;

use crate::engine::{Engine, PostgresEngine, Rows, SqliteEngine};
use crate::{apply, sql};
use abilities::Abilities;
use chance::Chance;
use kysera_core::PluginSet;
use kysera_sql::ast::Statement;
use mutant::Mutant;
use std::fmt::Write;
use world::{TABLES, World};

const SQLITE: Abilities = Abilities { lateral: false, all_sets: false, any_case: true, schema: "main" };
const POSTGRES: Abilities = Abilities { lateral: true, all_sets: true, any_case: false, schema: "public" };

/// How many statements are asked in one world before the next is made.
const IN_A_WORLD: usize = 20;

#[test]
fn sqlite_answers_as_if_hidden_rows_were_not_there() {
    let queries = setting("KYSERA_ORACLE_QUERIES", 5_000);
    let mut run = Run::new(SqliteEngine::new().limited(40), SqliteEngine::new().limited(40), SQLITE);
    run.ask(queries);
    let tally = run.finish();
    if queries >= 5_000 {
        assert!(tally.bites >= 1_500, "too few statements notice the filters: {tally:?}");
        assert!(tally.hidden_conflicts >= 50, "too few upserts meet a hidden row: {tally:?}");
        assert!(tally.where_only >= 50 && tally.on_only >= 50, "wrong placements go unnoticed: {tally:?}");
    }
}

#[test]
fn postgres_answers_as_if_hidden_rows_were_not_there() {
    let (Some(mut all), Some(mut permitted)) = (PostgresEngine::new(), PostgresEngine::new()) else { return };
    for engine in [&mut all, &mut permitted] {
        // Without statistics these queries look dear, and compiling them takes longer than running them.
        engine.script("set jit = off; set statement_timeout = '5s'");
    }
    let mut run = Run::new(all, permitted, POSTGRES);
    run.ask(setting("KYSERA_ORACLE_QUERIES", 5_000) / 10);
    let tally = run.finish();
    assert!(tally.bites * 5 >= tally.asked, "too few statements notice the filters: {tally:?}");
    assert!(tally.where_only > 0 && tally.on_only > 0, "wrong placements go unnoticed: {tally:?}");
}

/// What came of a run.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    asked: usize,
    /// The plain statement answers something else over all rows: the filters matter.
    bites: usize,
    /// The engine refused the statement itself, or it took too long.
    skipped: usize,
    writes: usize,
    /// Upserts that met a hidden row.
    hidden_conflicts: usize,
    /// Statements that were also asked with filters placed wrongly, and how often that showed.
    mutants: usize,
    where_only: usize,
    on_only: usize,
}

struct Run<E> {
    all: E,
    permitted: E,
    can: Abilities,
    chance: Chance,
    tally: Tally,
    differences: Vec<String>,
}

impl<E: Engine> Run<E> {
    fn new(mut all: E, mut permitted: E, can: Abilities) -> Run<E> {
        World::create(&mut all);
        World::create(&mut permitted);
        let seed = setting("KYSERA_ORACLE_SEED", 20_261_120);
        eprintln!("{}: KYSERA_ORACLE_SEED={seed}", all.dialect().name());
        let chance = Chance::new(seed as u64);
        Run { all, permitted, can, chance, tally: Tally::default(), differences: Vec::new() }
    }

    /// Asks that many statements.
    fn ask(&mut self, statements: usize) {
        let mut asked = 0;
        while asked < statements {
            let world = World::new(&mut self.chance);
            world.fill(&mut self.all);
            world.fill(&mut self.permitted);
            world.prune(&mut self.permitted);
            let hidden = self.hidden();
            let plugins = world.plugins(self.all.dialect());
            for _ in 0..IN_A_WORLD.min(statements - asked) {
                asked += 1;
                if self.chance.percent(5) {
                    let (statement, ids) = generate::upsert(&mut self.chance, self.can);
                    self.ask_upsert(&plugins, &statement, &ids, &hidden);
                } else if self.chance.percent(15) {
                    let statement = generate::write(&mut self.chance, self.can);
                    self.ask_write(&plugins, &statement, &hidden);
                } else {
                    let statement = generate::query(&mut self.chance, self.can);
                    self.ask_read(&world, &plugins, &statement);
                }
            }
        }
    }

    fn ask_read(&mut self, world: &World, plugins: &PluginSet, statement: &Statement) {
        let Some(plain) = self.text(statement) else { return };
        let Ok(truth) = read(&mut self.permitted, &plain) else {
            self.tally.skipped += 1;
            return;
        };
        self.tally.asked += 1;
        self.tally.bites += usize::from(read(&mut self.all, &plain).as_ref() != Ok(&truth));
        let Some(ours) = self.rewritten(plugins, statement) else { return };
        match read(&mut self.all, &ours) {
            Err(error) if is_limit(&error) => self.tally.skipped += 1,
            found => self.compare(&plain, &ours, &found, &Ok(truth.clone())),
        }
        if world.is_plain() {
            self.tally.mutants += 1;
            for mutant in [Mutant::WhereOnly, Mutant::OnOnly] {
                let Some(wrong) = self.text(&mutant.apply(world, statement)) else { continue };
                let shows = read(&mut self.all, &wrong).as_ref() != Ok(&truth);
                match mutant {
                    Mutant::WhereOnly => self.tally.where_only += usize::from(shows),
                    Mutant::OnOnly => self.tally.on_only += usize::from(shows),
                }
            }
        }
    }

    /// An upsert that meets a hidden row fails, and says so; any other is a write like others.
    fn ask_upsert(&mut self, plugins: &PluginSet, statement: &Statement, ids: &[i64], hidden: &Rows) {
        let Statement::Insert(insert) = statement else { return };
        let is_met =
            |row: &Vec<String>| row[0] == *insert.into.name && ids.iter().any(|id| row[1] == id.to_string());
        if !hidden.iter().any(is_met) {
            return self.ask_write(plugins, statement, hidden);
        }
        let Some(plain) = self.text(statement) else { return };
        if self.permitted.undone(|engine| write(engine, &plain)).is_err() {
            self.tally.skipped += 1;
            return;
        }
        self.tally.asked += 1;
        self.tally.hidden_conflicts += 1;
        let Some(ours) = self.rewritten(plugins, statement) else { return };
        match self.all.undone(|engine| write(engine, &ours)) {
            Err(error) if is_limit(&error) => self.tally.skipped += 1,
            Err(error) if error.contains("kysera: hidden row") => {}
            found => self.differences.push(format!("plain: {plain}\n  ours: {ours}\n  found: {found:?}")),
        }
    }

    fn ask_write(&mut self, plugins: &PluginSet, statement: &Statement, hidden: &Rows) {
        let Some(plain) = self.text(statement) else { return };
        let Ok((returned, mut rows)) = self.permitted.undone(|engine| write(engine, &plain)) else {
            self.tally.skipped += 1;
            return;
        };
        rows.extend(hidden.iter().cloned());
        rows.sort();
        let truth = Ok((returned, rows));
        self.tally.asked += 1;
        self.tally.writes += 1;
        self.tally.bites += usize::from(self.all.undone(|engine| write(engine, &plain)) != truth);
        let Some(ours) = self.rewritten(plugins, statement) else { return };
        match self.all.undone(|engine| write(engine, &ours)) {
            Err(error) if is_limit(&error) => self.tally.skipped += 1,
            found => self.compare(&plain, &ours, &found, &truth),
        }
    }

    /// The text of a statement; `None` for one that is refused, because the database would take one table for another.
    fn text(&mut self, statement: &Statement) -> Option<String> {
        let written = sql(statement, self.all.dialect());
        match written {
            Err(error) if error.contains("of an outer query stands in the subquery too") => {
                self.tally.skipped += 1;
                None
            }
            written => Some(written.expect("generated statements compile")),
        }
    }

    /// The text that the plugins make of the statement as a user might have written it.
    fn rewritten(&mut self, plugins: &PluginSet, statement: &Statement) -> Option<String> {
        let mut loose = names::loose(statement, &mut self.chance, self.can);
        let done = apply(plugins, &mut loose, self.all.dialect()).map_err(|error| error.to_string());
        match done.and_then(|_| sql(&loose, self.all.dialect())) {
            Ok(text) => Some(text),
            Err(error) => {
                let plain = self.text(statement);
                self.differences.push(format!("refused: {error}\n  {plain:?}"));
                None
            }
        }
    }

    fn compare<T: PartialEq + std::fmt::Debug>(
        &mut self,
        plain: &str,
        ours: &str,
        found: &Result<T, String>,
        truth: &Result<T, String>,
    ) {
        if found != truth {
            let difference =
                format!("plain: {plain}\n  ours: {ours}\n  truth: {truth:?}\n  found: {found:?}");
            self.differences.push(difference);
        }
    }

    /// The rows that are not permitted.
    fn hidden(&mut self) -> Rows {
        let permitted = contents(&mut self.permitted);
        contents(&mut self.all).into_iter().filter(|row| !permitted.contains(row)).collect()
    }

    fn finish(self) -> Tally {
        eprintln!("{}: {:?}", self.all.dialect().name(), self.tally);
        let mut report = String::new();
        for difference in self.differences.iter().take(5) {
            let _ = writeln!(report, "{difference}");
        }
        assert!(self.differences.is_empty(), "{} differences, such as\n{report}", self.differences.len());
        self.tally
    }
}

fn read(engine: &mut impl Engine, text: &str) -> Result<Rows, String> {
    let mut rows = engine.run(text)?;
    rows.sort();
    Ok(rows)
}

/// What a write returns, and the rows that are there after it.
fn write(engine: &mut impl Engine, text: &str) -> Result<(Rows, Rows), String> {
    let returned = read(engine, text)?;
    Ok((returned, contents(engine)))
}

/// Every row of every table, with the table's name in front.
fn contents(engine: &mut impl Engine) -> Rows {
    let mut rows = Rows::new();
    for table in TABLES {
        let query = format!("select '{0}', id, r, x, ten, del from {0}", table.name);
        rows.extend(engine.run(&query).expect("the table is there"));
    }
    rows.extend(engine.run("select 'sink', a, b, null, null, null from sink").expect("the table is there"));
    rows.sort();
    rows
}

/// A number from the environment.
fn setting(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// True when an engine gave up on size or time. SQLite takes CTEs apart at each reference and counts the queries that
/// come out, so a filter with a query in it can pass its limit where the plain statement just did not.
fn is_limit(error: &str) -> bool {
    error == "interrupted" || error == "VIEWs and/or subqueries nested too deep" || error.starts_with("57014")
}
