//! A driver in a database of its own, and statements written by hand.

use kysera_core::driver::{Connection, Driver, ExecResult};
use kysera_core::error::Result;
use kysera_mysql::{MySql, MySqlOptions};
use kysera_sql::compiled::{Access, Compiled, Facts, StatementKind};
use kysera_sql::row::{Discard, FromRow, RowSink, Rows};
use kysera_sql::value::Value;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Flavour {
    MySql,
    MariaDb,
}

pub(crate) const BOTH: [Flavour; 2] = [Flavour::MySql, Flavour::MariaDb];

/// The server's options, or a visible skip.
pub(crate) fn options(flavour: Flavour) -> Option<MySqlOptions> {
    let url = match flavour {
        Flavour::MySql => kysera_testing::mysql_url()?,
        Flavour::MariaDb => kysera_testing::mariadb_url()?,
    };
    Some(url.parse().expect("the test server's address can be read"))
}

/// A name that no other test of this run has.
pub(crate) fn fresh_name(what: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("{what}_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// A driver in an empty database of that name, after `change` to its options; `None` is a visible skip.
pub(crate) async fn driver_with(
    flavour: Flavour,
    name: &str,
    change: impl FnOnce(MySqlOptions) -> MySqlOptions,
) -> Option<MySql> {
    let options = options(flavour)?;
    let admin = connect(options.clone().max_connections(1)).await;
    let sql = format!("drop database if exists {name}; create database {name} character set utf8mb4");
    acquire(&admin).await.run_script(&sql).await.unwrap();
    admin.close().await;
    Some(connect(change(options.database(name))).await)
}

/// Removes a database.
pub(crate) async fn remove(flavour: Flavour, name: &str) {
    let Some(options) = options(flavour) else { return };
    let admin = connect(options.max_connections(1)).await;
    acquire(&admin).await.run_script(&format!("drop database {name}")).await.unwrap();
    admin.close().await;
}

/// Runs a test on each flavour that there is a server of, in a database of its own.
pub(crate) async fn on_both(what: &str, test: impl AsyncFn(MySql, Flavour)) {
    on_both_with(what, |options| options, test).await;
}

/// As [`on_both`], after `change` to the options.
pub(crate) async fn on_both_with(
    what: &str,
    change: impl Fn(MySqlOptions) -> MySqlOptions,
    test: impl AsyncFn(MySql, Flavour),
) {
    for flavour in BOTH {
        let name = fresh_name(what);
        let Some(driver) = driver_with(flavour, &name, &change).await else { continue };
        in_time(test(driver.clone(), flavour)).await;
        driver.close().await;
        remove(flavour, &name).await;
    }
}

pub(crate) async fn connect(options: MySqlOptions) -> MySql {
    MySql::connect(options).await.expect("the test server can be reached")
}

pub(crate) async fn acquire(driver: &MySql) -> Box<dyn Connection> {
    driver.acquire(Access::Write).await.unwrap()
}

pub(crate) fn statement(sql: &str, params: Vec<Value>, kind: StatementKind, returns_rows: bool) -> Compiled {
    let facts = if returns_rows { Facts::new().returning_rows() } else { Facts::new() };
    Compiled::new(sql, params, kind, facts)
}

pub(crate) fn read(sql: &str, params: Vec<Value>) -> Compiled {
    statement(sql, params, StatementKind::Read, true)
}

pub(crate) fn write(sql: &str, params: Vec<Value>) -> Compiled {
    statement(sql, params, StatementKind::Write, false)
}

pub(crate) fn raw(sql: &str, params: Vec<Value>) -> Compiled {
    statement(sql, params, StatementKind::Raw, true)
}

/// The rows of a statement.
pub(crate) async fn rows<T: FromRow + Send + 'static>(
    connection: &mut dyn Connection,
    statement: Compiled,
) -> Result<Vec<T>> {
    let (_, sink) = connection.run(statement, Box::new(Rows::<T>::default())).await?;
    Ok(taken(sink))
}

/// The rows in a sink that came back.
pub(crate) fn taken<T: FromRow + Send + 'static>(sink: Box<dyn RowSink>) -> Vec<T> {
    sink.into_any().downcast::<Rows<T>>().expect("the sink that was given comes back").into_vec()
}

/// The only value of a query without parameters.
pub(crate) async fn one<T: FromRow + Send + 'static>(connection: &mut dyn Connection, sql: &str) -> T {
    let mut all = rows(connection, read(sql, vec![])).await.unwrap();
    assert_eq!(all.len(), 1, "{sql}");
    all.remove(0)
}

/// Runs a write without parameters.
pub(crate) async fn run(connection: &mut dyn Connection, sql: &str) -> Result<ExecResult> {
    run_with(connection, write(sql, vec![])).await
}

pub(crate) async fn run_with(connection: &mut dyn Connection, statement: Compiled) -> Result<ExecResult> {
    connection.run(statement, Box::new(Discard::default())).await.map(|(outcome, _)| outcome)
}

/// Polls a future at most that often and then drops it; `None` when it had not finished.
///
/// A future is polled when something it waits for has happened, so this drops it at a step of its work. Where nothing
/// happens, a millisecond counts as a step too.
pub(crate) async fn dropped_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut tick = tokio::time::interval(Duration::from_millis(1));
    let mut left = polls;
    poll_fn(|cx| {
        while left > 0 {
            left -= 1;
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            if left > 0 && tick.poll_tick(cx).is_pending() {
                return Poll::Pending;
            }
        }
        Poll::Ready(None)
    })
    .await
}

/// A future's output; a test that would hang fails instead.
pub(crate) async fn in_time<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(120), future).await.expect("this hangs")
}
