//! Rows in batches, while the statement runs.

use super::item::{Item, all_ids, cubed, ids, insert, items, sql};
use crate::by_hand::{acquire, rows, run_with, taken};
use kysera_core::driver::{Connection, Driver};
use kysera_core::{ErrorKind, Result};
use kysera_sql::alias;
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::prelude::*;
use kysera_sql::query::select_from;
use kysera_sql::row::{FromRow, RowSink, Rows};

/// Every row of a stream.
async fn streamed<T: FromRow + Send + 'static>(
    connection: &mut dyn Connection,
    statement: Compiled,
) -> Result<Vec<T>> {
    let mut stream = connection.stream(statement).await?;
    let (mut sink, mut all) = (Box::<Rows<T>>::default() as Box<dyn RowSink>, Vec::new());
    loop {
        let (filled, more) = stream.fill(sink).await?;
        all.extend(taken::<T>(filled));
        if !more {
            return Ok(all);
        }
        sink = Box::<Rows<T>>::default();
    }
}

/// Starts a stream, takes `fills` batches and drops it.
async fn left_after(connection: &mut dyn Connection, statement: Compiled, fills: usize) {
    let mut stream = connection.stream(statement).await.unwrap();
    for _ in 0..fills {
        let (sink, more) = stream.fill(Box::<Rows<(i64, i64, i64)>>::default()).await.unwrap();
        assert!(more && !taken::<(i64, i64, i64)>(sink).is_empty());
    }
}

/// The batches of a stream are the result: every row once, in order, and then `false`.
pub async fn every_row_comes_once_and_in_order(driver: &dyn Driver) {
    items(driver, 500).await;
    let other = alias!(Item as other);
    let query = select_from(Item)
        .cross_join(other)
        .filter(other.id.le(20))
        .select((Item.id, other.id))
        .order_by((Item.id.asc(), other.id.asc()));
    let mut connection = acquire(driver).await;
    let found = streamed::<(i64, i64)>(&mut *connection, sql(driver, query)).await.unwrap();
    assert!(found.into_iter().eq((1..=500).flat_map(|a| (1..=20).map(move |b| (a, b)))));
    assert_eq!(rows::<i64>(&mut *connection, all_ids(driver)).await.unwrap().len(), 500);
}

/// The stream of an empty result gives no row and ends.
pub async fn an_empty_result_ends_at_once(driver: &dyn Driver) {
    items(driver, 0).await;
    let mut connection = acquire(driver).await;
    assert!(streamed::<i64>(&mut *connection, all_ids(driver)).await.unwrap().is_empty());
    assert!(streamed::<i64>(&mut *connection, all_ids(driver)).await.unwrap().is_empty());
}

/// A stream in a transaction sees what the transaction wrote, and the transaction goes on after it.
pub async fn a_transaction_streams_its_own_rows(driver: &dyn Driver) {
    items(driver, 1).await;
    let mut connection = acquire(driver).await;
    connection.begin(Default::default()).await.unwrap();
    run_with(&mut *connection, insert(driver, 2, 3)).await.unwrap();
    assert_eq!(streamed::<i64>(&mut *connection, all_ids(driver)).await.unwrap(), [1, 2, 3]);
    run_with(&mut *connection, insert(driver, 4, 4)).await.unwrap();
    connection.commit().await.unwrap();
    drop(connection);
    assert_eq!(ids(driver).await, [1, 2, 3, 4]);
}

/// A stream may be left before its end; the connection then runs the next statement.
pub async fn a_stream_that_is_left_frees_its_connection(driver: &dyn Driver) {
    items(driver, 100).await;
    let mut connection = acquire(driver).await;
    for fills in 0..3 {
        left_after(&mut *connection, cubed(driver), fills).await;
        assert_eq!(rows::<i64>(&mut *connection, all_ids(driver)).await.unwrap().len(), 100);
    }
    left_after(&mut *connection, cubed(driver), 1).await;
    drop(connection);
    assert_eq!(ids(driver).await.len(), 100);
}

/// After a stream that was left, a transaction goes on, or fails with `TransactionAborted` and keeps nothing.
pub async fn a_stream_that_is_left_keeps_its_transaction_or_says_that_it_did_not(driver: &dyn Driver) {
    items(driver, 100).await;
    for fills in 0..3 {
        let id = 200 + i64::try_from(fills).unwrap();
        let before = ids(driver).await.len();
        let mut connection = acquire(driver).await;
        connection.begin(Default::default()).await.unwrap();
        run_with(&mut *connection, insert(driver, id, id)).await.unwrap();
        left_after(&mut *connection, cubed(driver), fills).await;
        let kept = match rows::<i64>(&mut *connection, all_ids(driver)).await {
            Ok(found) => {
                assert!(found.contains(&id));
                connection.commit().await.unwrap();
                1
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::TransactionAborted);
                connection.rollback().await.unwrap();
                0
            }
        };
        drop(connection);
        assert_eq!(ids(driver).await.len(), before + kept);
    }
}

/// A stream fails when it is started or when it is filled; the connection stays usable either way.
pub async fn a_stream_that_fails_says_so_and_frees_its_connection(driver: &dyn Driver) {
    items(driver, 3).await;
    let mut connection = acquire(driver).await;
    let missing = super::item::plain(StatementKind::Read, "select id from missing");
    let error = streamed::<i64>(&mut *connection, missing).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undefined);
    let unreadable = sql(driver, select_from(Item).select(Item.label));
    let error = streamed::<String>(&mut *connection, unreadable).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(rows::<i64>(&mut *connection, all_ids(driver)).await.unwrap(), [1, 2, 3]);
}
