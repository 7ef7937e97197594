//! Futures dropped at every step: a connection is rolled back and clean, or closed, before anyone else gets it.
//!
//! After a dropped future the tests do what the executor does: call `rollback`, or drop the connection.

use super::item::{all_ids, cubed, dropped_after, execute, ids, insert, items, rows, writer};
use kysera_core::driver::{Connection, Driver};
use kysera_sql::compiled::Access;
use kysera_sql::row::{Discard, RowSink, Rows};

/// At how many steps a future is dropped.
const STEPS: usize = 8;

/// Gives a connection back by `rollback`, or by dropping it.
async fn given_back(mut connection: Box<dyn Connection>, by_rollback: bool) {
    if by_rollback {
        // A connection that was closed instead says so.
        drop(connection.rollback().await);
    }
}

fn cases() -> impl Iterator<Item = (usize, bool)> {
    (1..STEPS).flat_map(|polls| [(polls, true), (polls, false)])
}

/// A connection that is dropped with a transaction open was rolled back before the next user gets it.
pub async fn a_connection_dropped_in_a_transaction_is_rolled_back(driver: &dyn Driver) {
    items(driver, 1).await;
    for id in 2..10 {
        let mut connection = writer(driver).await;
        connection.begin(Default::default()).await.unwrap();
        execute(&mut *connection, insert(driver, id, id)).await.unwrap();
        connection.savepoint("kysera_1").await.unwrap();
        drop(connection);
        assert_eq!(ids(driver).await, [1]);
    }
    // The connection is in no transaction: what is written stays.
    execute(&mut *writer(driver).await, insert(driver, 2, 2)).await.unwrap();
    assert_eq!(ids(driver).await, [1, 2]);
}

/// A write whose future was dropped inside a transaction goes with the transaction.
pub async fn a_dropped_statement_is_rolled_back(driver: &dyn Driver) {
    items(driver, 1).await;
    for (polls, by_rollback) in cases() {
        let mut connection = writer(driver).await;
        connection.begin(Default::default()).await.unwrap();
        execute(&mut *connection, insert(driver, 2, 2)).await.unwrap();
        drop(dropped_after(polls, execute(&mut *connection, insert(driver, 3, 300))).await);
        given_back(connection, by_rollback).await;
        assert_eq!(ids(driver).await, [1], "after {polls} polls");
    }
}

/// A query whose future was dropped leaves a connection that answers the next one, and with its own rows.
pub async fn a_dropped_query_leaves_no_trace(driver: &dyn Driver) {
    items(driver, 60).await;
    for (polls, by_rollback) in cases() {
        let mut connection = writer(driver).await;
        drop(dropped_after(polls, rows::<(i64, i64, i64)>(&mut *connection, cubed(driver))).await);
        given_back(connection, by_rollback).await;
        assert_eq!(ids(driver).await.len(), 60, "after {polls} polls");
    }
}

/// A pipeline whose future was dropped inside a transaction goes with the transaction.
pub async fn a_dropped_pipeline_is_rolled_back(driver: &dyn Driver) {
    items(driver, 1).await;
    for (polls, by_rollback) in cases() {
        let mut connection = writer(driver).await;
        connection.begin(Default::default()).await.unwrap();
        let read: Box<dyn RowSink> = Box::<Rows<i64>>::default();
        let write = || Box::<Discard>::default() as Box<dyn RowSink>;
        let batch =
            vec![(insert(driver, 2, 2), write()), (all_ids(driver), read), (insert(driver, 3, 3), write())];
        drop(dropped_after(polls, connection.pipeline(batch)).await);
        given_back(connection, by_rollback).await;
        assert_eq!(ids(driver).await, [1], "after {polls} polls");
    }
}

/// A commit whose future was dropped happened, or did not, or happens a moment later: never a part of it.
pub async fn a_dropped_commit_keeps_all_or_nothing(driver: &dyn Driver) {
    items(driver, 0).await;
    let mut kept = Vec::new();
    for (round, (polls, by_rollback)) in (0..).zip(cases()) {
        let mut connection = writer(driver).await;
        connection.begin(Default::default()).await.unwrap();
        let pair = [2 * round, 2 * round + 1];
        for id in pair {
            execute(&mut *connection, insert(driver, id, id)).await.unwrap();
        }
        if let Some(done) = dropped_after(polls, connection.commit()).await {
            done.unwrap();
            kept.extend(pair);
        }
        given_back(connection, by_rollback).await;
        let found = ids(driver).await;
        assert!(found.iter().all(|id| found.contains(&(id ^ 1))), "half of a commit: {found:?}");
        assert!(kept.iter().all(|id| found.contains(id)), "a commit that was done is lost: {found:?}");
    }
}

/// A begin whose future was dropped leaves no transaction to the next user.
pub async fn a_dropped_begin_leaves_no_transaction(driver: &dyn Driver) {
    items(driver, 0).await;
    for (round, (polls, by_rollback)) in (1..).zip(cases()) {
        let mut connection = writer(driver).await;
        drop(dropped_after(polls, connection.begin(Default::default())).await);
        given_back(connection, by_rollback).await;
        execute(&mut *writer(driver).await, insert(driver, round, round)).await.unwrap();
        assert!(ids(driver).await.into_iter().eq(1..=round), "after {polls} polls");
    }
}

/// An `acquire` that was dropped while it waited takes no connection with it.
pub async fn a_dropped_acquire_takes_no_connection(driver: &dyn Driver) {
    items(driver, 1).await;
    let held = writer(driver).await;
    for (polls, _) in cases() {
        for access in [Access::Read, Access::Write] {
            drop(dropped_after(polls, driver.acquire(access)).await);
        }
    }
    drop(held);
    for _ in 0..32 {
        assert_eq!(ids(driver).await, [1]);
    }
}
