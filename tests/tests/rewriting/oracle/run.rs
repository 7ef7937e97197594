//! A run of the oracle: asks statements, compares, and counts.

use super::abilities::Abilities;
use super::chance::Chance;
use super::forms::Forms;
use super::mutant::Mutant;
use super::tables::{self, Mode, TABLES, qualified};
use super::tens::Ten;
use super::truth::Truth;
use super::values::{inlined, with};
use super::world::World;
use super::{generate, names};
use crate::engine::{Asked, Engine, Rows, TextRow};
use crate::sql;
use kysera::prelude::*;
use kysera_core::tree;
use kysera_sql::ast::{ConflictAction, Expr, Insert, Literal, Statement};
use kysera_sql::compiled::Compiled;
use kysera_sql::value::Value;
use std::collections::HashMap;
use std::fmt::Write;

/// How many statements are asked in one world before the next is made.
const IN_A_WORLD: usize = 20;

/// A run that found so many differences ends.
const ENOUGH: usize = 5;

/// In thousands of steps: a few statements in a hundred would take most of the time of a run, and are left out.
const SHORT: u32 = 100;
/// What plugins made of a statement that was answered is given up as late as can be: it is what is tested.
const LONG: u32 = 200 * SHORT;

/// What came of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    asked: usize,
    /// Of one statement in four: whether it does something else over all rows, so that the filters matter.
    sampled: usize,
    bites: usize,
    /// The engine refused the statement itself, or it took too long.
    skipped: usize,
    /// It was refused before it was sent, and what plugins make of it as well.
    refused: usize,
    writes: usize,
    /// Upserts that met a hidden row.
    hidden_conflicts: usize,
    /// Statements that were also asked with filters placed wrongly, and how often that showed.
    mutants: usize,
    where_only: usize,
    on_only: usize,
}

/// Two databases: one with all rows, one with those that are permitted.
pub(super) struct Run<E> {
    all: E,
    permitted: E,
    can: Abilities,
    seed: u64,
    chance: Chance,
    tally: Tally,
    forms: Forms,
    /// What was asked for that the engine cannot say.
    beyond: Forms,
    /// Without plugins.
    plain: [Db; 2],
    differences: Vec<String>,
}

/// The places of the databases in [`Run::plain`].
const ALL: usize = 0;
const PERMITTED: usize = 1;

/// A world with its plugins, and the rows in it.
struct Place {
    world: World,
    db: Db,
    /// Every row of every table.
    rows: Rows,
    /// The rows that may be written in these modes, where somebody asked.
    seen: HashMap<Modes, Rows>,
}

/// In which mode each table is written.
type Modes = [Mode; TABLES.len()];

impl<E: Engine> Run<E> {
    pub(super) fn new(mut all: E, mut permitted: E, can: Abilities, seed: u64) -> Run<E> {
        World::create(&mut all);
        World::create(&mut permitted);
        permitted.give_up_after(SHORT);
        eprintln!("{}: KYSERA_ORACLE_SEED={seed}", all.dialect().name());
        let plain = [all.builder(), permitted.builder()]
            .map(|builder| builder.build().expect("there is nothing in it"));
        Run {
            all,
            permitted,
            plain,
            beyond: Forms::default(),
            can,
            seed,
            chance: Chance::new(seed),
            tally: Tally::default(),
            forms: Forms::default(),
            differences: Vec::new(),
        }
    }

    /// Asks that many statements.
    pub(super) fn ask(&mut self, statements: usize) {
        let mut asked = 0;
        while asked < statements && self.differences.len() < ENOUGH {
            let world = World::new(&mut self.chance, self.can);
            world.fill(&mut self.all);
            world.fill_permitted(&mut self.permitted);
            let db = world.db(self.all.builder());
            let rows = sorted(self.all.run(&contents(&Modes::default())).expect("the tables are there"));
            let mut place = Place { world, db, rows, seen: HashMap::new() };
            for _ in 0..IN_A_WORLD.min(statements - asked) {
                asked += 1;
                let can = if self.can.beyond > 0 && self.chance.percent(self.can.beyond) {
                    self.can.beyond()
                } else {
                    self.can
                };
                if self.chance.percent(6) {
                    let (statement, ids) = generate::upsert(&mut self.chance, can);
                    self.ask_upsert(&mut place, &statement, &ids);
                } else if self.chance.percent(25) {
                    let statement = generate::write(&mut self.chance, can);
                    self.ask_write(&mut place, &statement);
                } else {
                    let statement = generate::query(&mut self.chance, can);
                    self.ask_read(&place, &statement);
                }
            }
        }
    }

    fn ask_read(&mut self, place: &Place, statement: &Statement) {
        let (statement, ours) = self.rewritten(place, statement);
        let truth = Truth::of(&statement, self.can);
        let Some(plain) = self.plain(&truth.statement) else { return };
        let rows = match read(&mut self.permitted, &plain) {
            Ok(rows) => rows,
            Err(error) => return self.unanswered(&statement, &error, ours, &truth, read),
        };
        self.asked(&statement);
        if truth.is_plain && self.is_sampled() {
            self.all.give_up_after(SHORT);
            let everywhere = self.everywhere(&plain);
            self.tally.bites += usize::from(read(&mut self.all, &everywhere).as_ref() != Ok(&rows));
            if place.world.is_plain() {
                self.ask_mutants(&place.world, &statement, &rows);
            }
        }
        self.all.give_up_after(LONG);
        self.compare(&truth, &plain, ours, &Ok(rows), read);
    }

    fn ask_mutants(&mut self, world: &World, statement: &Statement, truth: &Rows) {
        self.tally.mutants += 1;
        for mutant in [Mutant::WhereOnly, Mutant::OnOnly] {
            let Some(wrong) = self.plain(&mutant.apply(world, statement)) else { continue };
            let wrong = self.everywhere(&wrong);
            let shows = usize::from(read(&mut self.all, &wrong).as_ref() != Ok(truth));
            match mutant {
                Mutant::WhereOnly => self.tally.where_only += shows,
                Mutant::OnOnly => self.tally.on_only += shows,
            }
        }
    }

    /// An upsert that meets a hidden row fails, and says so; any other is a write like others.
    fn ask_upsert(&mut self, place: &mut Place, statement: &Statement, ids: &[i64]) {
        let Statement::Insert(insert) = statement else { return };
        let truth = Truth::of(statement, self.can);
        if !self.meets_hidden(place, insert, &truth, ids) {
            return self.ask_write(place, statement);
        }
        let loose = self.loose(statement);
        let ours = self.compiled(place, &loose);
        if matches!(&insert.on_conflict, Some(conflict) if conflict.action == ConflictAction::DoNothing) {
            return self.ask_to_keep(place, &ours, &truth);
        }
        let Some(plain) = self.plain(&truth.statement) else { return };
        if let Err(error) = self.permitted.undone(|engine| read(engine, &plain)) {
            return self
                .unanswered(statement, &error, ours, &truth, |all, ours| all.undone(|all| read(all, ours)));
        }
        self.asked(statement);
        self.tally.hidden_conflicts += 1;
        match self.all.undone(|engine| read(engine, &ours)) {
            Err(error) if is_limit(&error) => self.tally.skipped += 1,
            Err(error) if is_no_way(&error) || sees_its_own_rows(&error) => self.tally.refused += 1,
            Err(error) if error.contains("kysera: hidden row") || error.starts_with("HiddenConflict") => {}
            found => self.differ(format!("plain: {plain}\n  ours: {ours}\n  found: {found:?}")),
        }
    }

    /// An insert that passes over a hidden row, as over any other: the row stays, and is not given back.
    fn ask_to_keep(&mut self, place: &mut Place, ours: &Asked, truth: &Truth) {
        let hidden = self.hidden(place, truth.written);
        match write(&mut self.all, ours, Modes::default()) {
            Ok((_, rows)) if hidden.iter().all(|row| rows.contains(row)) => {}
            Err(error) if is_limit(&error) => self.tally.skipped += 1,
            Err(error) if is_refused(&error) => self.tally.refused += 1,
            found => self.differ(format!("kept: {hidden:?}\n  ours: {ours}\n  found: {found:?}")),
        }
    }

    /// The statement was not answered: where it was refused before it was sent, so must be what plugins make of it.
    fn unanswered<T: std::fmt::Debug>(
        &mut self,
        statement: &Statement,
        error: &str,
        ours: Asked,
        of: &Truth,
        run: impl FnOnce(&mut E, &Asked) -> Result<T, String>,
    ) {
        if !is_refused(error) {
            self.tally.skipped += 1;
            return;
        }
        self.tally.refused += 1;
        self.beyond.note(statement);
        self.all.give_up_after(LONG);
        match run(&mut self.all, &ours) {
            Err(found) if is_refused(&found) => {}
            Err(found) if of.is_unheard && found.contains("did not fill it") => {}
            found => self.differ(format!("refused: {error}\n  ours: {ours}\n  found: {found:?}")),
        }
    }

    /// True when there is a row with one of these ids that the insert does not see.
    fn meets_hidden(&mut self, place: &mut Place, insert: &Insert, truth: &Truth, ids: &[i64]) -> bool {
        let at = tables::place(insert.into.schema.as_deref(), &insert.into.name).unwrap_or(0);
        let hidden = self.hidden(place, truth.written);
        let is_met =
            |row: &&Vec<String>| row[0] == qualified(at) && ids.iter().any(|id| row[1] == id.to_string());
        hidden.iter().any(|row| is_met(&row))
    }

    /// The rows that a write in these modes must leave alone.
    fn hidden(&mut self, place: &mut Place, written: Modes) -> Rows {
        let seen = place
            .seen
            .entry(written)
            .or_insert_with(|| self.permitted.run(&contents(&written)).expect("the tables are there"));
        place.rows.iter().filter(|row| !seen.contains(row)).cloned().collect()
    }

    fn ask_write(&mut self, place: &mut Place, statement: &Statement) {
        let (statement, ours) = self.rewritten(place, statement);
        let truth = Truth::of(&statement, self.can);
        let Some(plain) = self.plain(&truth.statement) else { return };
        let (returned, mut rows) = match write(&mut self.permitted, &plain, truth.written) {
            Ok(written) => written,
            Err(error) => {
                return self.unanswered(&statement, &error, ours, &truth, |all, ours| {
                    write(all, ours, Modes::default())
                });
            }
        };
        rows.extend(self.hidden(place, truth.written));
        let done = Ok((returned, sorted(rows)));
        self.asked(&statement);
        self.tally.writes += 1;
        if truth.is_plain && self.is_sampled() {
            self.all.give_up_after(SHORT);
            let everywhere = self.everywhere(&plain);
            self.tally.bites += usize::from(write(&mut self.all, &everywhere, Modes::default()) != done);
        }
        self.all.give_up_after(LONG);
        self.compare(&truth, &plain, ours, &done, |all, ours| write(all, ours, Modes::default()));
    }

    /// A statement without plugins; `None` for one that is refused, because the database would take one table for another.
    fn plain(&mut self, statement: &Statement) -> Option<Asked> {
        let text = sql(statement, self.all.dialect());
        match &text {
            Err(error) if is_captured(error) || sees_its_own_rows(error) => {
                self.tally.skipped += 1;
                return None;
            }
            Err(error) => assert!(self.can.beyond > 0, "generated statements compile: {error}"),
            Ok(_) => {}
        }
        Some(Asked::statement(statement.clone(), self.plain[PERMITTED].clone(), text))
    }

    /// The same over all rows.
    fn everywhere(&self, plain: &Asked) -> Asked {
        Asked { db: self.plain[ALL].clone(), ..plain.clone() }
    }

    /// The statement that is asked, and what the plugins make of it as a user might have written it: now and then a
    /// prepared query, whose numbers come with the execution.
    fn rewritten(&mut self, place: &Place, statement: &Statement) -> (Statement, Asked) {
        let loose = self.loose(statement);
        if !self.chance.percent(20) {
            let ours = self.compiled(place, &loose);
            return (statement.clone(), ours);
        }
        self.forms.count("prepared");
        let values = [self.chance.small(), self.chance.small(), self.chance.small()];
        let choices = self.chance.split();
        let numbers = values.map(|value| Expr::Literal(Literal::Int(value)));
        let statement = with(statement.clone(), numbers, choices.clone());
        let prepared = prepare(|a: Param<i64>, b: Param<i64>, c: Param<i64>| {
            let places = [a, b, c].map(|param| param.into_node());
            tree(with(loose.clone(), places, choices.clone())).rows::<TextRow>()
        });
        // What an execution before left behind must not show.
        for _ in 0..self.chance.below(3) {
            let others = (self.chance.small(), self.chance.small(), self.chance.small());
            let _ = prepared.bind(others).compile(&place.db.with(Ten::new(&mut self.chance)));
        }
        let db = place.db.with(place.world.ten.clone());
        let ours = prepared.bind((values[0], values[1], values[2]));
        let text = ours.clone().compile(&db).map(text_of).map_err(|error| error.to_string());
        let ours = Asked::query(ours, &statement, db, text);
        (statement, ours)
    }

    fn loose(&mut self, statement: &Statement) -> Statement {
        names::loose(statement, &mut self.chance, self.can)
    }

    fn compiled(&self, place: &Place, statement: &Statement) -> Asked {
        let db = place.db.with(place.world.ten.clone());
        let compiled = tree(statement.clone()).compile(&db);
        let text = compiled.map(text_of).map_err(|error| error.to_string());
        Asked::statement(statement.clone(), db, text)
    }

    fn compare<T: PartialEq + std::fmt::Debug>(
        &mut self,
        of: &Truth,
        plain: &Asked,
        ours: Asked,
        truth: &Result<T, String>,
        run: impl FnOnce(&mut E, &Asked) -> Result<T, String>,
    ) {
        match run(&mut self.all, &ours) {
            Err(error) if is_limit(&error) => self.tally.skipped += 1,
            // The tables of the truth have other names.
            Err(error) if !of.is_plain && is_captured(&error) => self.tally.skipped += 1,
            Err(error) if !self.can.schema_is_known && is_ambiguous(&error) => self.tally.refused += 1,
            Err(error) if is_no_way(&error) || sees_its_own_rows(&error) => self.tally.refused += 1,
            Err(error) if of.is_unheard && error.contains("did not fill it") => {}
            found if of.is_unheard => self.differ(format!("nobody set the mark: {ours}\n  found: {found:?}")),
            found if found != *truth => {
                self.differ(format!(
                    "plain: {plain}\n  ours: {ours}\n  truth: {truth:?}\n  found: {found:?}"
                ));
            }
            _ => {}
        }
    }

    fn differ(&mut self, difference: String) {
        self.differences.push(difference);
    }

    fn asked(&mut self, statement: &Statement) {
        self.tally.asked += 1;
        self.forms.note(statement);
    }

    fn is_sampled(&mut self) -> bool {
        let is_sampled = self.tally.asked.is_multiple_of(4);
        self.tally.sampled += usize::from(is_sampled);
        is_sampled
    }

    /// What came of a run that found no difference, and what it was about.
    pub(super) fn finish(self) -> (Tally, [Forms; 2]) {
        eprintln!("{}: seed {}: {:?}", self.all.dialect().name(), self.seed, self.tally);
        let mut report = String::new();
        for difference in &self.differences {
            let _ = writeln!(report, "{difference}");
        }
        assert!(
            self.differences.is_empty(),
            "{} differences with seed {}, such as\n{report}",
            self.differences.len(),
            self.seed
        );
        (self.tally, [self.forms, self.beyond])
    }
}

impl Tally {
    /// What came of both runs.
    pub(super) fn and(self, other: Tally) -> Tally {
        Tally {
            asked: self.asked + other.asked,
            sampled: self.sampled + other.sampled,
            bites: self.bites + other.bites,
            skipped: self.skipped + other.skipped,
            refused: self.refused + other.refused,
            writes: self.writes + other.writes,
            hidden_conflicts: self.hidden_conflicts + other.hidden_conflicts,
            mutants: self.mutants + other.mutants,
            where_only: self.where_only + other.where_only,
            on_only: self.on_only + other.on_only,
        }
    }

    /// Enough statements noticed the filters, and would have noticed wrong ones.
    pub(super) fn check(&self) {
        assert!(self.skipped * 10 <= self.asked, "too few statements are asked: {self:?}");
        assert!(self.refused * 3 <= self.asked, "too many statements are refused: {self:?}");
        assert!(self.writes * 8 >= self.asked, "too few writes: {self:?}");
        assert!(self.bites * 4 >= self.sampled, "filters go unnoticed: {self:?}");
        // On MySQL about one in a hundred is.
        assert!(self.hidden_conflicts * 200 >= self.asked, "too few upserts meet a hidden row: {self:?}");
        assert!(self.where_only > 0 && self.on_only > 0, "wrong placements go unnoticed: {self:?}");
    }
}

fn read(engine: &mut impl Engine, asked: &Asked) -> Result<Rows, String> {
    engine.ask(asked).map(sorted)
}

/// What a write returns, and the rows that are there after it; it is taken back.
fn write(engine: &mut impl Engine, asked: &Asked, written: Modes) -> Result<(Rows, Rows), String> {
    let (returned, rows) = engine.undone_and_then(asked, &contents(&written))?;
    Ok((sorted(returned), sorted(rows)))
}

fn sorted(mut rows: Rows) -> Rows {
    rows.sort();
    rows
}

/// A query for every row of every table in these modes, with the table's name in front.
fn contents(modes: &Modes) -> String {
    let mut query = String::from("select 'sink', a, b, null, null, null from sink");
    for (at, mode) in modes.iter().enumerate() {
        let (name, suffix) = (qualified(at), mode.suffix());
        let _ = write!(query, " union all select '{name}', id, r, x, ten, del from {name}{suffix}");
    }
    query
}

fn text_of(compiled: Compiled) -> String {
    let params: Vec<Value> = compiled.params;
    inlined(&compiled.sql, &params)
}

/// True when a statement was refused because the database would take one table for another: in HAVING that may be one
/// that is grouped.
fn is_captured(error: &str) -> bool {
    error.contains("of an outer query stands in the subquery too")
        || error.contains("is neither a key of the groups nor in an aggregate")
}

/// True when a statement was refused because nobody told which database its tables are in; what it writes is never a CTE, but
/// may not be called like one.
fn is_ambiguous(error: &str) -> bool {
    error.contains("may be the CTE or the table of that name")
        || error.contains("a CTE has the name of a table used beside it")
}

/// True when a write was refused because a query in it, a filter's too, would see what it has written by then.
fn sees_its_own_rows(error: &str) -> bool {
    error.contains("would see rows that are written already")
}

/// True when a filter is what cannot be said: an upsert assigns two columns of it, one after the other; or it is inside
/// RETURNING, about a table that is called like one that is written from.
fn is_no_way(error: &str) -> bool {
    error.contains("an upsert assigns several columns of a row filter")
        || error.contains("columns of other tables in returning")
}

/// True for an error of which the database knows nothing: the statement was not sent.
fn is_refused(error: &str) -> bool {
    error.starts_with("refused ")
}

/// True when an engine gave up on size or time. SQLite takes CTEs apart at each reference and counts the queries that
/// come out, so a filter with a query in it can pass its limit where the plain statement just did not.
fn is_limit(error: &str) -> bool {
    error == "interrupted"
        || error == "VIEWs and/or subqueries nested too deep"
        || error.starts_with("57014")
        || error.contains("took longer than its time limit")
        || error.starts_with("Canceled")
        || error.starts_with("ConnectionClosed")
}
