//! Futures dropped at every step: a connection is rolled back and clean, or closed, before anyone else gets it.
//!
//! After a dropped future the tests do what the executor does: call `rollback`, or `rollback_to` a savepoint that was set
//! before it, or drop the connection.

use super::item::{all_ids, cubed, ids, insert, items};
use crate::by_hand::{acquire, dropped_after, rows, run_with};
use kysera_core::driver::{Connection, Driver};
use kysera_core::{ErrorKind, Result};
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
        let mut connection = acquire(driver).await;
        connection.begin(Default::default()).await.unwrap();
        run_with(&mut *connection, insert(driver, id, id)).await.unwrap();
        connection.savepoint("kysera_1").await.unwrap();
        drop(connection);
        assert_eq!(ids(driver).await, [1]);
    }
    // The connection is in no transaction: what is written stays.
    run_with(&mut *acquire(driver).await, insert(driver, 2, 2)).await.unwrap();
    assert_eq!(ids(driver).await, [1, 2]);
}

/// A write whose future was dropped inside a transaction goes with the transaction.
pub async fn a_dropped_statement_is_rolled_back(driver: &dyn Driver) {
    items(driver, 1).await;
    for (polls, by_rollback) in cases() {
        let mut connection = acquire(driver).await;
        connection.begin(Default::default()).await.unwrap();
        run_with(&mut *connection, insert(driver, 2, 2)).await.unwrap();
        drop(dropped_after(polls, run_with(&mut *connection, insert(driver, 3, 300))).await);
        given_back(connection, by_rollback).await;
        assert_eq!(ids(driver).await, [1], "after {polls} polls");
    }
}

/// A query whose future was dropped leaves a connection that answers the next one, and with its own rows.
pub async fn a_dropped_query_leaves_no_trace(driver: &dyn Driver) {
    items(driver, 60).await;
    for (polls, by_rollback) in cases() {
        let mut connection = acquire(driver).await;
        drop(dropped_after(polls, rows::<(i64, i64, i64)>(&mut *connection, cubed(driver))).await);
        given_back(connection, by_rollback).await;
        assert_eq!(ids(driver).await.len(), 60, "after {polls} polls");
    }
}

/// A pipeline whose future was dropped inside a transaction goes with the transaction.
pub async fn a_dropped_pipeline_is_rolled_back(driver: &dyn Driver) {
    items(driver, 1).await;
    for (polls, by_rollback) in cases() {
        let mut connection = acquire(driver).await;
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

/// After a dropped statement nothing runs in its transaction, no savepoint is set, and nothing is committed.
pub async fn a_transaction_with_a_dropped_statement_refuses_to_go_on(driver: &dyn Driver) {
    items(driver, 1).await;
    for polls in 1..STEPS {
        let mut connection = acquire(driver).await;
        connection.begin(Default::default()).await.unwrap();
        run_with(&mut *connection, insert(driver, 2, 2)).await.unwrap();
        if dropped_after(polls, run_with(&mut *connection, insert(driver, 3, 300))).await.is_none() {
            refuses(&mut *connection, driver).await;
            assert_eq!(
                connection.savepoint("kysera_1").await.unwrap_err().kind(),
                ErrorKind::TransactionAborted
            );
            assert_eq!(connection.commit().await.unwrap_err().kind(), ErrorKind::TransactionAborted);
        }
        connection.rollback().await.unwrap();
        drop(connection);
        assert_eq!(ids(driver).await, [1], "after {polls} polls");
    }
}

async fn refuses(connection: &mut dyn Connection, driver: &dyn Driver) {
    let refused = run_with(connection, insert(driver, 400, 400)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::TransactionAborted);
}

/// Commits when a rollback to a savepoint has mended the transaction; rolls back when it was refused. True when it was
/// mended.
async fn commits_if(undone: Result<()>, mut connection: Box<dyn Connection>) -> bool {
    match &undone {
        Ok(()) => connection.commit().await.unwrap(),
        Err(_) => connection.rollback().await.unwrap(),
    }
    undone.is_ok()
}

/// A savepoint undoes a statement that was dropped inside it, and its transaction goes on and commits. Where the database
/// has ended the transaction by itself, the rollback to the savepoint fails with `TransactionAborted`.
pub async fn a_savepoint_undoes_what_was_dropped_inside_it(driver: &dyn Driver) {
    items(driver, 0).await;
    let mut expected = Vec::new();
    for (round, polls) in (0..).zip(1..STEPS) {
        let (outer, after) = (10 * round, 10 * round + 1);
        let mut connection = acquire(driver).await;
        connection.begin(Default::default()).await.unwrap();
        run_with(&mut *connection, insert(driver, outer, outer)).await.unwrap();
        connection.savepoint("kysera_1").await.unwrap();
        let write = run_with(&mut *connection, insert(driver, 1000, 1300));
        let is_dropped = dropped_after(polls, write).await.is_none();
        if is_dropped {
            refuses(&mut *connection, driver).await;
            let refused = connection.release("kysera_1").await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::TransactionAborted);
        }
        let undone = connection.rollback_to("kysera_1").await;
        match &undone {
            Ok(()) => drop(run_with(&mut *connection, insert(driver, after, after)).await.unwrap()),
            Err(error) => {
                assert!(is_dropped, "{error:?}");
                assert_eq!(error.kind(), ErrorKind::TransactionAborted);
                refuses(&mut *connection, driver).await;
            }
        }
        if commits_if(undone, connection).await {
            expected.extend([outer, after]);
        }
        assert_eq!(ids(driver).await, expected, "after {polls} polls");
    }
}

/// A query that was dropped inside a savepoint costs no more than the savepoint.
pub async fn a_savepoint_outlives_a_query_dropped_inside_it(driver: &dyn Driver) {
    items(driver, 60).await;
    for (id, polls) in (100..).zip(1..STEPS) {
        let mut connection = acquire(driver).await;
        connection.begin(Default::default()).await.unwrap();
        run_with(&mut *connection, insert(driver, id, id)).await.unwrap();
        connection.savepoint("kysera_1").await.unwrap();
        run_with(&mut *connection, insert(driver, 1000, 1010)).await.unwrap();
        drop(dropped_after(polls, rows::<(i64, i64, i64)>(&mut *connection, cubed(driver))).await);
        connection.rollback_to("kysera_1").await.unwrap();
        assert!(rows::<i64>(&mut *connection, all_ids(driver)).await.unwrap().contains(&id));
        connection.commit().await.unwrap();
        drop(connection);
        assert!(ids(driver).await.into_iter().eq((1..=60).chain(100..=id)), "after {polls} polls");
    }
}

/// A stream that was left inside a savepoint is undone or passed over by the rollback to it.
pub async fn a_savepoint_outlives_a_stream_left_inside_it(driver: &dyn Driver) {
    items(driver, 100).await;
    for fills in 0..3 {
        let mut connection = acquire(driver).await;
        connection.begin(Default::default()).await.unwrap();
        connection.savepoint("kysera_1").await.unwrap();
        run_with(&mut *connection, insert(driver, 1000, 1010)).await.unwrap();
        let mut stream = connection.stream(cubed(driver)).await.unwrap();
        for _ in 0..fills {
            drop(stream.fill(Box::<Rows<(i64, i64, i64)>>::default()).await.unwrap());
        }
        drop(stream);
        connection.rollback_to("kysera_1").await.unwrap();
        connection.commit().await.unwrap();
        drop(connection);
        assert_eq!(ids(driver).await.len(), 100);
    }
}

/// An inner savepoint undoes what was dropped inside it and spares the outer one; an outer one undoes it too.
pub async fn nested_savepoints_undo_what_was_dropped_inside_them(driver: &dyn Driver) {
    items(driver, 0).await;
    let mut expected = Vec::new();
    for (round, (polls, is_inner)) in (0..).zip(cases()) {
        let first = 10 * round;
        let mut connection = acquire(driver).await;
        connection.begin(Default::default()).await.unwrap();
        run_with(&mut *connection, insert(driver, first, first)).await.unwrap();
        connection.savepoint("kysera_1").await.unwrap();
        run_with(&mut *connection, insert(driver, first + 1, first + 1)).await.unwrap();
        connection.savepoint("kysera_2").await.unwrap();
        drop(dropped_after(polls, run_with(&mut *connection, insert(driver, 1000, 1300))).await);
        let undone = connection.rollback_to(if is_inner { "kysera_2" } else { "kysera_1" }).await;
        if undone.is_ok() {
            run_with(&mut *connection, insert(driver, first + 2, first + 2)).await.unwrap();
            if is_inner {
                connection.release("kysera_1").await.unwrap();
            }
        }
        if commits_if(undone, connection).await {
            expected.push(first);
            expected.extend(is_inner.then_some(first + 1));
            expected.push(first + 2);
        }
        assert_eq!(ids(driver).await, expected, "after {polls} polls");
    }
}

/// A rollback to a savepoint whose future was dropped is done when it is called again, or refused; a release too is
/// undone, or the whole transaction is.
pub async fn a_dropped_end_of_a_savepoint_is_undone_or_refused(driver: &dyn Driver) {
    items(driver, 0).await;
    let mut expected = Vec::new();
    for (round, (polls, is_release)) in (0..).zip(cases()) {
        let mut connection = acquire(driver).await;
        connection.begin(Default::default()).await.unwrap();
        run_with(&mut *connection, insert(driver, round, round)).await.unwrap();
        connection.savepoint("kysera_1").await.unwrap();
        run_with(&mut *connection, insert(driver, 1000, 1010)).await.unwrap();
        let ended = if is_release {
            dropped_after(polls, connection.release("kysera_1")).await
        } else {
            dropped_after(polls, connection.rollback_to("kysera_1")).await
        };
        if let Some(ended) = ended {
            ended.unwrap();
            connection.rollback().await.unwrap();
            drop(connection);
        } else {
            let undone = connection.rollback_to("kysera_1").await;
            if undone.is_err() {
                refuses(&mut *connection, driver).await;
            }
            if commits_if(undone, connection).await {
                expected.push(round);
            }
        }
        assert_eq!(ids(driver).await, expected, "after {polls} polls");
    }
}

/// A commit whose future was dropped happened, or did not, or happens a moment later: never a part of it.
pub async fn a_dropped_commit_keeps_all_or_nothing(driver: &dyn Driver) {
    items(driver, 0).await;
    let mut kept = Vec::new();
    for (round, (polls, by_rollback)) in (0..).zip(cases()) {
        let mut connection = acquire(driver).await;
        connection.begin(Default::default()).await.unwrap();
        let pair = [2 * round, 2 * round + 1];
        for id in pair {
            run_with(&mut *connection, insert(driver, id, id)).await.unwrap();
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
        let mut connection = acquire(driver).await;
        drop(dropped_after(polls, connection.begin(Default::default())).await);
        given_back(connection, by_rollback).await;
        run_with(&mut *acquire(driver).await, insert(driver, round, round)).await.unwrap();
        assert!(ids(driver).await.into_iter().eq(1..=round), "after {polls} polls");
    }
}

/// An `acquire` that was dropped while it waited takes no connection with it.
pub async fn a_dropped_acquire_takes_no_connection(driver: &dyn Driver) {
    items(driver, 1).await;
    let held = acquire(driver).await;
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
