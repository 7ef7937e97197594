//! What the suites share: statements made by hand, and a sink that keeps rows as text.

use kysera_core::Result;
use kysera_core::driver::{Attempt, Connection, Driver, ExecResult, TransactionOptions};
use kysera_sql::cell::Cell;
use kysera_sql::compiled::{Access, Compiled, Facts, StatementKind};
use kysera_sql::row::{DecodeError, Flow, RowSink};
use kysera_sql::value::Value;
use kysera_sqlite::{Sqlite, SqliteOptions, rusqlite};
use std::path::{Path, PathBuf};
use std::task::Poll;
use std::time::Duration;
use tempfile::TempDir;

/// A sink that keeps each row as text, `1|a|null`.
#[derive(Default, Debug)]
pub(crate) struct Taken {
    pub(crate) rows: Vec<String>,
    pub(crate) clears: usize,
    pub(crate) most: Option<usize>,
}

impl RowSink for Taken {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<Flow, DecodeError> {
        let row: Vec<String> = cells.iter().map(shown).collect();
        self.rows.push(row.join("|"));
        Ok(if self.most == Some(self.rows.len()) { Flow::Stop } else { Flow::Continue })
    }

    fn clear(&mut self) {
        self.rows.clear();
        self.clears += 1;
    }
}

fn shown(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Null => "null".into(),
        Cell::I64(n) => n.to_string(),
        Cell::F64(n) => format!("{n:?}"),
        Cell::Text(text) => (*text).into(),
        Cell::Bytes(bytes) => format!("{bytes:?}"),
        other => panic!("sqlite has no {other:?}"),
    }
}

pub(crate) fn statement(kind: StatementKind, sql: &str) -> Compiled {
    with(kind, sql, Vec::new())
}

pub(crate) fn with(kind: StatementKind, sql: &str, params: Vec<Value>) -> Compiled {
    Compiled::new(sql, params, kind, Facts::new().returning_rows())
}

pub(crate) fn read(sql: &str) -> Compiled {
    statement(StatementKind::Read, sql)
}

pub(crate) fn write(sql: &str) -> Compiled {
    statement(StatementKind::Write, sql)
}

pub(crate) fn insert(sql: &str) -> Compiled {
    statement(StatementKind::InsertValues(1), sql)
}

pub(crate) fn ddl(sql: &str) -> Compiled {
    statement(StatementKind::Ddl, sql)
}

pub(crate) fn raw(sql: &str) -> Compiled {
    statement(StatementKind::Raw, sql)
}

/// The sink that was boxed.
pub(crate) fn taken(sink: Box<dyn RowSink>) -> Taken {
    *sink.into_any().downcast().unwrap()
}

/// Runs on a connection the way the executor does: at once when that works, else asynchronously.
pub(crate) async fn on(conn: &mut dyn Connection, statement: Compiled) -> Result<(ExecResult, Vec<String>)> {
    let mut sink = Taken::default();
    match conn.try_run(&statement, &mut sink) {
        Attempt::Done(done) => Ok((done?, sink.rows)),
        Attempt::WouldBlock => {
            assert!(sink.rows.is_empty(), "an attempt that did not run leaves nothing");
            run_on(conn, statement).await
        }
    }
}

/// Runs on a connection asynchronously.
pub(crate) async fn run_on(
    conn: &mut dyn Connection,
    statement: Compiled,
) -> Result<(ExecResult, Vec<String>)> {
    let (outcome, sink) = conn.run(statement, Box::<Taken>::default()).await?;
    Ok((outcome, taken(sink).rows))
}

/// Runs on the database the way the executor does.
pub(crate) async fn db(db: &Sqlite, statement: Compiled) -> Result<(ExecResult, Vec<String>)> {
    let mut sink = Taken::default();
    if let Attempt::Done(done) = db.try_run(&statement, &mut sink) {
        return Ok((done?, sink.rows));
    }
    assert!(sink.rows.is_empty(), "an attempt that did not run leaves nothing");
    let mut conn = db.acquire(db.access(&statement)).await?;
    run_on(&mut *conn, statement).await
}

pub(crate) async fn rows(on: &Sqlite, sql: &str) -> Vec<String> {
    db(on, read(sql)).await.unwrap().1
}

pub(crate) async fn script(on: &Sqlite, sql: &str) {
    on.acquire(Access::Write).await.unwrap().run_script(sql).await.unwrap();
}

/// A database in a file that goes with it.
pub(crate) struct InFile {
    pub(crate) db: Sqlite,
    pub(crate) path: PathBuf,
    pub(crate) dir: TempDir,
}

pub(crate) async fn in_file(tune: impl FnOnce(SqliteOptions) -> SqliteOptions) -> InFile {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("test.db");
    let db = Sqlite::connect(tune(SqliteOptions::file(&path))).await.unwrap();
    InFile { db, path, dir }
}

/// A query that counts to `n`, slowly: about 10 million rows a second.
pub(crate) fn count_to(n: u64) -> String {
    format!(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < {n}) select count(*) from n"
    )
}

/// A query of the numbers from 1 to `n`.
pub(crate) fn numbers(n: u64) -> String {
    format!("with recursive n(i) as (select 1 union all select i + 1 from n where i < {n}) select i from n")
}

/// A query that ends when it is interrupted.
pub(crate) fn endless() -> String {
    count_to(1 << 50)
}

/// The rows of an endless query: a stream of it ends when it is dropped.
pub(crate) fn endless_rows() -> String {
    numbers(1 << 50)
}

/// Polls a future until it is done or has been pending `k` times; then drops it.
pub(crate) async fn poll_and_drop<F: Future>(k: usize, future: F) -> Option<F::Output> {
    let mut future = Box::pin(future);
    let mut pending = 0;
    std::future::poll_fn(|context| {
        if pending == k {
            return Poll::Ready(None);
        }
        match future.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending => {
                pending += 1;
                if pending == k { Poll::Ready(None) } else { Poll::Pending }
            }
        }
    })
    .await
}

/// Another program's connection to the same file.
pub(crate) fn foreign(path: &Path) -> rusqlite::Connection {
    let conn = rusqlite::Connection::open(path).unwrap();
    conn.busy_timeout(Duration::from_secs(30)).unwrap();
    conn
}

/// Takes every connection at once and looks whether each is as it should be.
pub(crate) async fn check_whole(db: &Sqlite, readers: usize) {
    let writer = db.acquire(Access::Write).await.unwrap();
    let mut all = vec![writer];
    for _ in 0..readers {
        all.push(db.acquire(Access::Read).await.unwrap());
    }
    for conn in &mut all {
        assert_eq!(run_on(&mut **conn, read("select 1")).await.unwrap().1, ["1"]);
        // Fails inside a transaction.
        conn.begin(TransactionOptions::default().read_only()).await.unwrap();
        conn.rollback().await.unwrap();
    }
}
