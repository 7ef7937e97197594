//! Statements written by hand and run straight on a connection, and futures that are dropped half way: for tests of drivers.
//!
//! ```
//! use kysera_testing::by_hand::{acquire, one, run};
//!
//! # async fn example(driver: &dyn kysera_core::driver::Driver) -> kysera_core::Result<()> {
//! let mut connection = acquire(driver).await;
//! run(&mut *connection, "insert into item (id) values (1)").await?;
//! assert_eq!(one::<i64>(&mut *connection, "select id from item").await, 1);
//! # Ok(())
//! # }
//! ```
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use kysera_core::Result;
use kysera_core::driver::{Connection, Driver, ExecResult};
use kysera_sql::compiled::{Access, Compiled, Facts, StatementKind};
use kysera_sql::row::{Discard, FromRow, RowSink, Rows};
use kysera_sql::value::Value;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// A connection that may write.
///
/// # Panics
/// When there is none to be had.
pub async fn acquire(driver: &dyn Driver) -> Box<dyn Connection> {
    driver.acquire(Access::Write).await.unwrap()
}

/// A statement as the builder would make it, with nothing custom in its result.
#[must_use]
pub fn statement(sql: &str, params: Vec<Value>, kind: StatementKind, returns_rows: bool) -> Compiled {
    let facts = if returns_rows { Facts::new().returning_rows() } else { Facts::new() };
    Compiled::new(sql, params, kind, facts)
}

/// A statement that reads.
#[must_use]
pub fn read(sql: &str, params: Vec<Value>) -> Compiled {
    statement(sql, params, StatementKind::Read, true)
}

/// A statement that writes and returns no rows.
#[must_use]
pub fn write(sql: &str, params: Vec<Value>) -> Compiled {
    statement(sql, params, StatementKind::Write, false)
}

/// A statement of which nothing is known.
#[must_use]
pub fn raw(sql: &str, params: Vec<Value>) -> Compiled {
    statement(sql, params, StatementKind::Raw, true)
}

/// The rows of a statement.
///
/// # Errors
/// The database's.
pub async fn rows<T: FromRow + Send + 'static>(
    connection: &mut dyn Connection,
    statement: Compiled,
) -> Result<Vec<T>> {
    let (_, sink) = connection.run(statement, Box::<Rows<T>>::default()).await?;
    Ok(taken(sink))
}

/// The rows in a sink that came back.
///
/// # Panics
/// When it is another sink than the one that was given.
#[must_use]
pub fn taken<T: FromRow + Send + 'static>(sink: Box<dyn RowSink>) -> Vec<T> {
    sink.into_any().downcast::<Rows<T>>().expect("the sink that was given comes back").into_vec()
}

/// The only value of a query without parameters.
///
/// # Panics
/// When it fails, or has another number of rows.
pub async fn one<T: FromRow + Send + 'static>(connection: &mut dyn Connection, sql: &str) -> T {
    let mut all = rows(connection, read(sql, Vec::new())).await.unwrap();
    assert_eq!(all.len(), 1, "{sql}");
    all.remove(0)
}

/// Runs a write without parameters.
///
/// # Errors
/// The database's.
pub async fn run(connection: &mut dyn Connection, sql: &str) -> Result<ExecResult> {
    run_with(connection, write(sql, Vec::new())).await
}

/// Runs a statement and passes over its rows.
///
/// # Errors
/// The database's.
pub async fn run_with(connection: &mut dyn Connection, statement: Compiled) -> Result<ExecResult> {
    connection.run(statement, Box::<Discard>::default()).await.map(|(outcome, _)| outcome)
}

/// Polls a future at most that often, then drops it; `None` when it had not finished.
///
/// It is polled when something it waits for has happened, so it is dropped at a step of its work. Where nothing
/// happens, a millisecond counts as a step too.
pub async fn dropped_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
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

/// A future's output; a test that would hang fails instead, after two minutes.
///
/// # Panics
/// When it hangs.
pub async fn in_time<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(120), future).await.expect("this hangs")
}
