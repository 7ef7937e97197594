//! A driver without a database. It logs what it is asked, keeps a list of "rows" per statement that wrote, knows
//! transactions and savepoints, waits where it is told, and fails where it is told. It panics when the executor breaks
//! its promise: one operation at a time, and after a dropped one nothing but `rollback`, or `rollback_to` a savepoint that
//! undoes it.

use kysera_core::driver::{
    Attempt, BoxFuture, Connection, Driver, ExecResult, Ran, RowStream, TransactionOptions,
};
use kysera_core::{Db, Error, ErrorKind, Result};
use kysera_sql::cell::{Cell, CellError, FromCell};
use kysera_sql::compiled::{Access, Compiled};
use kysera_sql::dialect::{Dialect, Sqlite};
use kysera_sql::row::{Cursor, DecodeError, Flow, FromRow, RowSink};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The fake database, shared by its driver, its connections and the test.
#[derive(Clone, Debug)]
pub(crate) struct Fake {
    world: Arc<Mutex<World>>,
    slots: Arc<Semaphore>,
    dialect: Sqlite,
}

#[derive(Debug, Default)]
struct World {
    log: Vec<String>,
    committed: Vec<String>,
    rows: HashMap<String, Vec<i64>>,
    failures: HashMap<String, VecDeque<ErrorKind>>,
    /// How often each operation waits before and after its effect.
    waits: usize,
    inline: bool,
    single: bool,
    acquired: Vec<Access>,
    /// How many rows were handed to sinks.
    given: usize,
}

impl Fake {
    /// A database with ten connections that waits once in every operation.
    pub(crate) fn new() -> Fake {
        Fake {
            world: Arc::new(Mutex::new(World { waits: 1, ..World::default() })),
            slots: Arc::new(Semaphore::new(10)),
            dialect: Sqlite::default(),
        }
    }

    /// A database with one connection.
    pub(crate) fn single() -> Fake {
        let fake = Fake { slots: Arc::new(Semaphore::new(1)), ..Fake::new() };
        fake.world().single = true;
        fake
    }

    pub(crate) fn db(&self) -> Db {
        Db::new(self.clone())
    }

    /// Statements run at once.
    pub(crate) fn inline(self) -> Fake {
        self.world().inline = true;
        self
    }

    /// What `sql` returns: rows of one column.
    pub(crate) fn rows(self, sql: &str, rows: &[i64]) -> Fake {
        self.world().rows.insert(sql.into(), rows.to_vec());
        self
    }

    /// Makes the next `operation` (a statement's SQL, `begin`, `commit`, ..) fail.
    pub(crate) fn fail(self, operation: &str, kind: ErrorKind) -> Fake {
        self.world().failures.entry(operation.into()).or_default().push_back(kind);
        self
    }

    /// Everything that was done, in order; empties the log.
    pub(crate) fn log(&self) -> Vec<String> {
        std::mem::take(&mut self.world().log)
    }

    /// Writes that outlived their transaction.
    pub(crate) fn committed(&self) -> Vec<String> {
        self.world().committed.clone()
    }

    /// How many rows were handed to sinks.
    pub(crate) fn given(&self) -> usize {
        self.world().given
    }

    /// What connections were asked for.
    pub(crate) fn acquired(&self) -> Vec<Access> {
        self.world().acquired.clone()
    }

    /// How many connections are free.
    pub(crate) fn free(&self) -> usize {
        self.slots.available_permits()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("nobody panics while holding it")
    }

    fn note(&self, what: impl Into<String>) {
        self.world().log.push(what.into());
    }

    fn failure(&self, operation: &str) -> Result<()> {
        match self.world().failures.get_mut(operation).and_then(VecDeque::pop_front) {
            Some(kind) => Err(Error::new(kind, format!("{operation} failed"))),
            None => Ok(()),
        }
    }

    async fn wait(&self) {
        let waits = self.world().waits;
        for _ in 0..waits {
            tokio::task::yield_now().await;
        }
    }
}

impl Driver for Fake {
    fn dialect(&self) -> &dyn Dialect {
        &self.dialect
    }

    fn try_run(&self, statement: &Compiled, sink: &mut dyn RowSink) -> Attempt {
        if !self.world().inline || self.slots.available_permits() == 0 {
            return Attempt::WouldBlock;
        }
        let mut connection = FakeConnection { fake: self.clone(), open: None, running: None, permit: None };
        Attempt::Done(connection.perform(statement, sink))
    }

    fn acquire(&self, access: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        Box::pin(async move {
            self.wait().await;
            self.failure("acquire")?;
            self.world().acquired.push(access);
            let permit = Arc::clone(&self.slots).acquire_owned().await.expect("never closed");
            let connection =
                FakeConnection { fake: self.clone(), open: None, running: None, permit: Some(permit) };
            Ok(Box::new(connection) as Box<dyn Connection>)
        })
    }

    fn excludes(&self, _: Access, _: Access) -> bool {
        self.world().single
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move { self.note("close") })
    }
}

#[derive(Debug)]
struct FakeConnection {
    fake: Fake,
    open: Option<Open>,
    /// The operation that has begun and not ended, and how many savepoints were set before it.
    running: Option<(String, usize)>,
    permit: Option<OwnedSemaphorePermit>,
}

/// An open transaction: what it wrote, and how much of it before each savepoint.
#[derive(Debug, Default)]
struct Open {
    written: Vec<String>,
    savepoints: Vec<(String, usize)>,
}

impl FakeConnection {
    fn begin_operation(&mut self, name: &str) {
        assert_eq!(self.running, None, "`{name}` after an operation that was dropped half way");
        let savepoints = self.open.as_ref().map_or(0, |open| open.savepoints.len());
        self.running = Some((name.to_owned(), savepoints));
    }

    /// Lets a rollback to a savepoint follow a dropped operation, where the savepoint was set before that.
    fn may_roll_back_to(&mut self, savepoint: &str) {
        let Some((dropped, before)) = self.running.take() else { return };
        let own = dropped.strip_prefix("release ").or_else(|| dropped.strip_prefix("rollback to "));
        let open = self.open.as_ref().expect("rollback to without begin");
        let at = open.savepoints.iter().rposition(|(set, _)| set == savepoint);
        let undoes = own == Some(savepoint) || at.is_some_and(|at| at < before);
        assert!(undoes, "rollback to `{savepoint}` does not undo `{dropped}`, which was dropped half way");
    }

    /// Logs, fails if told to, and otherwise applies the effect, with a wait on either side.
    async fn operate(&mut self, name: String, effect: impl FnOnce(&mut FakeConnection)) -> Result<()> {
        self.begin_operation(&name);
        self.fake.note(&name);
        self.fake.wait().await;
        let failed = self.fake.failure(&name);
        if failed.is_ok() {
            effect(self);
        }
        self.fake.wait().await;
        self.running = None;
        failed
    }

    fn perform(&mut self, statement: &Compiled, sink: &mut dyn RowSink) -> Result<ExecResult> {
        self.fake.note(&*statement.sql);
        self.fake.failure(&statement.sql)?;
        if !statement.facts.returns_rows {
            match &mut self.open {
                Some(open) => open.written.push(statement.sql.to_string()),
                None => self.fake.world().committed.push(statement.sql.to_string()),
            }
            return Ok(ExecResult::affected(1).with_last_insert_id(Some(7)));
        }
        let rows = self.fake.world().rows.get(&*statement.sql).cloned().unwrap_or_default();
        for row in rows {
            self.fake.world().given += 1;
            if sink.row(&[Cell::I64(row)])? == Flow::Stop {
                break;
            }
        }
        Ok(ExecResult::default())
    }
}

impl Connection for FakeConnection {
    fn try_run(&mut self, statement: &Compiled, sink: &mut dyn RowSink) -> Attempt {
        if !self.fake.world().inline {
            return Attempt::WouldBlock;
        }
        self.begin_operation(&statement.sql);
        let result = self.perform(statement, sink);
        self.running = None;
        Attempt::Done(result)
    }

    fn run(&mut self, statement: Compiled, mut sink: Box<dyn RowSink>) -> BoxFuture<'_, Ran> {
        Box::pin(async move {
            self.begin_operation(&statement.sql);
            self.fake.wait().await;
            let result = self.perform(&statement, &mut *sink);
            self.fake.wait().await;
            self.running = None;
            Ok((result?, sink))
        })
    }

    fn stream(&mut self, statement: Compiled) -> BoxFuture<'_, Result<Box<dyn RowStream + '_>>> {
        Box::pin(async move {
            self.begin_operation(&statement.sql);
            self.fake.note(format!("stream {}", statement.sql));
            self.fake.wait().await;
            let failed = self.fake.failure(&statement.sql);
            self.running = None;
            failed?;
            let rows = self.fake.world().rows.get(&*statement.sql).cloned().unwrap_or_default();
            Ok(Box::new(FakeStream { fake: self.fake.clone(), rows: rows.into() }) as Box<dyn RowStream>)
        })
    }

    fn run_script<'c>(&'c mut self, sql: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(async move { self.operate(sql.to_owned(), |_| {}).await })
    }

    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        let mut name = String::from("begin");
        if let Some(isolation) = options.isolation {
            name += &format!(" {isolation:?}");
        }
        if options.read_only {
            name += " read only";
        }
        Box::pin(async move { self.operate(name, |own| own.open = Some(Open::default())).await })
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        let commit = |own: &mut FakeConnection| {
            let written = own.open.take().expect("commit without begin").written;
            own.fake.world().committed.extend(written);
        };
        Box::pin(async move { self.operate("commit".into(), commit).await })
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            // May follow any dropped operation.
            self.running = None;
            self.operate("rollback".into(), |own| own.open = None).await
        })
    }

    fn savepoint<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        let set = move |own: &mut FakeConnection| {
            let open = own.open.as_mut().expect("savepoint without begin");
            open.savepoints.push((name.into(), open.written.len()));
        };
        Box::pin(async move { self.operate(format!("savepoint {name}"), set).await })
    }

    fn release<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        let release = move |own: &mut FakeConnection| {
            let open = own.open.as_mut().expect("release without begin");
            let at = open.savepoints.iter().rposition(|(set, _)| set == name).expect("no such savepoint");
            open.savepoints.truncate(at);
        };
        Box::pin(async move { self.operate(format!("release {name}"), release).await })
    }

    fn rollback_to<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        let undo = move |own: &mut FakeConnection| {
            let open = own.open.as_mut().expect("rollback to without begin");
            let at = open.savepoints.iter().rposition(|(set, _)| set == name);
            if let Some(at) = at {
                open.written.truncate(open.savepoints[at].1);
                open.savepoints.truncate(at);
            }
            at.is_some()
        };
        Box::pin(async move {
            self.may_roll_back_to(name);
            let mut is_there = true;
            self.operate(format!("rollback to {name}"), |own| is_there = undo(own)).await?;
            if is_there { Ok(()) } else { Err(Error::new(ErrorKind::Database, "no such savepoint")) }
        })
    }
}

impl Drop for FakeConnection {
    fn drop(&mut self) {
        if self.open.is_some() && self.permit.is_some() {
            self.fake.note("rolled back by drop");
        }
    }
}

/// Two rows a batch.
#[derive(Debug)]
struct FakeStream {
    fake: Fake,
    rows: VecDeque<i64>,
}

impl RowStream for FakeStream {
    fn fill(&mut self, mut sink: Box<dyn RowSink>) -> BoxFuture<'_, Result<(Box<dyn RowSink>, bool)>> {
        Box::pin(async move {
            self.fake.wait().await;
            self.fake.note("fill");
            for row in self.rows.drain(..self.rows.len().min(2)) {
                sink.row(&[Cell::I64(row)])?;
            }
            Ok((sink, !self.rows.is_empty()))
        })
    }
}

/// A row of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number(pub(crate) i64);

impl FromCell for Number {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        match cell {
            Cell::I64(number) if number >= 0 => Ok(Number(number)),
            _ => Err(CellError::new("a number from 0", "something else")),
        }
    }
}

impl FromRow for Number {
    const WIDTH: usize = 1;

    fn from_row(cursor: &mut Cursor<'_>) -> Result<Self, DecodeError> {
        cursor.read()
    }
}
