//! A driver in a schema of its own, and statements written by hand.

use kysera_core::driver::{Connection, Driver, ExecResult};
use kysera_core::error::Result;
use kysera_postgres::{Postgres, PostgresOptions};
use kysera_sql::compiled::{Access, Compiled, Facts, StatementKind};
use kysera_sql::row::{Discard, FromRow, RowSink, Rows};
use kysera_sql::value::Value;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// The server's options, or a visible skip.
pub(crate) fn options() -> Option<PostgresOptions> {
    let url = kysera_testing::postgres_url()?;
    Some(url.parse().expect("the test server's address can be read"))
}

/// A driver in an empty schema of that name, after `change` to its options; `None` is a visible skip.
pub(crate) async fn driver_with(
    schema: &str,
    change: impl FnOnce(PostgresOptions) -> PostgresOptions,
) -> Option<Postgres> {
    let options = options()?;
    let admin = connect(options.clone().max_connections(1)).await;
    let sql = format!("drop schema if exists {schema} cascade; create schema {schema}");
    acquire(&admin).await.run_script(&sql).await.unwrap();
    let own = options.options(format!("-c search_path={schema} -c client_min_messages=warning"));
    Some(connect(change(own)).await)
}

/// A driver in an empty schema of that name.
pub(crate) async fn driver(schema: &str) -> Option<Postgres> {
    driver_with(schema, |options| options).await
}

pub(crate) async fn connect(options: PostgresOptions) -> Postgres {
    Postgres::connect(options).await.expect("the test server can be reached")
}

pub(crate) async fn acquire(driver: &Postgres) -> Box<dyn Connection> {
    driver.acquire(Access::Write).await.unwrap()
}

/// A statement of the builder: typed, with nothing custom in its result.
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

/// A small generator of numbers, seeded, so that a failing run can be repeated.
#[derive(Clone, Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below `end` (xorshift64*).
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).unwrap() % end
    }
}
