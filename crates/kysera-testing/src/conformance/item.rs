//! The table that the tests use, and the few steps that they share.

use kysera_core::driver::{Connection, Driver, ExecResult};
use kysera_core::{QueryExt, Result};
use kysera_sql::compiled::{Access, Compiled, Facts, StatementKind};
use kysera_sql::prelude::*;
use kysera_sql::query::{Query, Ready, select_from};
use kysera_sql::row::{Discard, FromRow, RowSink, Rows};
use kysera_sql::schema::create_table;
use kysera_sql::typed::Closed;
use kysera_sql::write::insert_into;
use kysera_sql::{Table, alias};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "item", crate = kysera_sql)]
pub(super) struct Item {
    #[column(primary_key)]
    pub(super) id: i64,
    pub(super) label: Option<String>,
    pub(super) bytes: Option<Vec<u8>>,
    pub(super) ratio: Option<f64>,
    pub(super) small: Option<i32>,
    pub(super) yes: Option<bool>,
}

/// The statement as the driver's dialect writes it.
pub(super) fn sql<Q: Query<Outer: Closed, Readiness: Ready>>(driver: &dyn Driver, query: Q) -> Compiled {
    query.to_sql(driver.dialect()).unwrap()
}

/// A statement in plain SQL, without parameters.
pub(super) fn plain(kind: StatementKind, sql: &str) -> Compiled {
    let facts = if sql.starts_with("select") { Facts::new().returning_rows() } else { Facts::new() };
    Compiled::new(sql, Vec::new(), kind, facts)
}

/// `insert into item (id) values (first), .., (last)`.
pub(super) fn insert(driver: &dyn Driver, first: i64, last: i64) -> Compiled {
    sql(driver, insert_into(Item).rows((first..=last).map(|id| NewItem { id })))
}

/// `select id from item order by id`.
pub(super) fn all_ids(driver: &dyn Driver) -> Compiled {
    sql(driver, select_from(Item).select(Item.id).order_by(Item.id.asc()))
}

/// As many rows as items to the power of three.
pub(super) fn cubed(driver: &dyn Driver) -> Compiled {
    let (b, c) = (alias!(Item as b), alias!(Item as c));
    sql(driver, select_from(Item).cross_join(b).cross_join(c).select((Item.id, b.id, c.id)))
}

/// The table, with the rows `1..=last`.
pub(super) async fn items(driver: &dyn Driver, last: i64) {
    let mut connection = writer(driver).await;
    execute(&mut *connection, sql(driver, create_table(Item))).await.unwrap();
    if last > 0 {
        execute(&mut *connection, insert(driver, 1, last)).await.unwrap();
    }
}

pub(super) async fn writer(driver: &dyn Driver) -> Box<dyn Connection> {
    driver.acquire(Access::Write).await.unwrap()
}

/// The ids in the table, on a connection of their own.
pub(super) async fn ids(driver: &dyn Driver) -> Vec<i64> {
    rows(&mut *writer(driver).await, all_ids(driver)).await.unwrap()
}

pub(super) async fn execute(connection: &mut dyn Connection, statement: Compiled) -> Result<ExecResult> {
    connection.run(statement, Box::<Discard>::default()).await.map(|(outcome, _)| outcome)
}

pub(super) async fn rows<T: FromRow + Send + 'static>(
    connection: &mut dyn Connection,
    statement: Compiled,
) -> Result<Vec<T>> {
    let (_, sink) = connection.run(statement, Box::<Rows<T>>::default()).await?;
    Ok(taken(sink))
}

/// The rows in a sink that came back.
pub(super) fn taken<T: FromRow + Send + 'static>(sink: Box<dyn RowSink>) -> Vec<T> {
    sink.into_any().downcast::<Rows<T>>().expect("the sink that was given comes back").into_vec()
}

/// Polls a future at most that often, then drops it; `None` when it had not finished.
///
/// It is polled when something it waits for has happened, so it is dropped at a step of its work. Where nothing
/// happens, a millisecond counts as a step too.
pub(super) async fn dropped_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
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
