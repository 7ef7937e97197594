//! Begin, commit, rollback, savepoints, and what a transaction was asked to be.

use super::item::{all_ids, ids, insert, items};
use crate::by_hand::{acquire, rows, run_with};
use kysera_core::ErrorKind;
use kysera_core::driver::{Driver, Isolation, TransactionOptions};
use kysera_sql::compiled::Access;

/// Commit keeps what was written; rollback, and nothing else, forgets it.
pub async fn commit_keeps_and_rollback_forgets(driver: &dyn Driver) {
    items(driver, 0).await;
    let mut connection = acquire(driver).await;
    for id in 1..=4 {
        connection.begin(Default::default()).await.unwrap();
        run_with(&mut *connection, insert(driver, id, id)).await.unwrap();
        if id % 2 == 0 { connection.commit().await.unwrap() } else { connection.rollback().await.unwrap() }
    }
    connection.begin(Default::default()).await.unwrap();
    connection.commit().await.unwrap();
    drop(connection);
    assert_eq!(ids(driver).await, [2, 4]);
}

/// Another connection sees what is committed, and only that.
pub async fn nobody_sees_what_is_not_committed(driver: &dyn Driver) {
    if driver.excludes(Access::Write, Access::Read) {
        return;
    }
    items(driver, 1).await;
    let mut connection = acquire(driver).await;
    connection.begin(Default::default()).await.unwrap();
    run_with(&mut *connection, insert(driver, 2, 2)).await.unwrap();
    let mut other = driver.acquire(Access::Read).await.unwrap();
    assert_eq!(rows::<i64>(&mut *other, all_ids(driver)).await.unwrap(), [1]);
    connection.commit().await.unwrap();
    assert_eq!(rows::<i64>(&mut *other, all_ids(driver)).await.unwrap(), [1, 2]);
}

/// Rolling back to a savepoint undoes what came after it; releasing it keeps that.
pub async fn savepoints_undo_what_came_after_them(driver: &dyn Driver) {
    items(driver, 0).await;
    let mut connection = acquire(driver).await;
    connection.begin(Default::default()).await.unwrap();
    run_with(&mut *connection, insert(driver, 1, 1)).await.unwrap();
    connection.savepoint("kysera_1").await.unwrap();
    run_with(&mut *connection, insert(driver, 2, 2)).await.unwrap();
    connection.rollback_to("kysera_1").await.unwrap();
    connection.savepoint("kysera_1").await.unwrap();
    run_with(&mut *connection, insert(driver, 3, 3)).await.unwrap();
    connection.release("kysera_1").await.unwrap();
    run_with(&mut *connection, insert(driver, 4, 4)).await.unwrap();
    connection.commit().await.unwrap();
    drop(connection);
    assert_eq!(ids(driver).await, [1, 3, 4]);
}

/// An outer savepoint that is rolled back takes with it what an inner one had kept.
pub async fn savepoints_nest(driver: &dyn Driver) {
    items(driver, 0).await;
    let mut connection = acquire(driver).await;
    connection.begin(Default::default()).await.unwrap();
    connection.savepoint("kysera_1").await.unwrap();
    run_with(&mut *connection, insert(driver, 1, 1)).await.unwrap();
    connection.savepoint("kysera_2").await.unwrap();
    run_with(&mut *connection, insert(driver, 2, 2)).await.unwrap();
    connection.release("kysera_2").await.unwrap();
    assert_eq!(rows::<i64>(&mut *connection, all_ids(driver)).await.unwrap(), [1, 2]);
    connection.rollback_to("kysera_1").await.unwrap();
    run_with(&mut *connection, insert(driver, 3, 3)).await.unwrap();
    connection.commit().await.unwrap();
    drop(connection);
    assert_eq!(ids(driver).await, [3]);
}

/// After an error inside a savepoint, rolling back to it makes the transaction usable again.
pub async fn a_savepoint_outlives_an_error(driver: &dyn Driver) {
    items(driver, 1).await;
    let mut connection = acquire(driver).await;
    connection.begin(Default::default()).await.unwrap();
    run_with(&mut *connection, insert(driver, 2, 2)).await.unwrap();
    connection.savepoint("kysera_1").await.unwrap();
    run_with(&mut *connection, insert(driver, 3, 3)).await.unwrap();
    assert!(run_with(&mut *connection, insert(driver, 1, 1)).await.unwrap_err().is_unique_violation());
    connection.rollback_to("kysera_1").await.unwrap();
    run_with(&mut *connection, insert(driver, 4, 4)).await.unwrap();
    connection.commit().await.unwrap();
    drop(connection);
    assert_eq!(ids(driver).await, [1, 2, 4]);
}

/// A commit after an error is done, or fails with `RolledBack`: never a part of the transaction.
pub async fn a_commit_after_an_error_keeps_all_or_nothing(driver: &dyn Driver) {
    items(driver, 1).await;
    let mut connection = acquire(driver).await;
    connection.begin(Default::default()).await.unwrap();
    run_with(&mut *connection, insert(driver, 2, 2)).await.unwrap();
    assert!(run_with(&mut *connection, insert(driver, 1, 1)).await.unwrap_err().is_unique_violation());
    let expected = match connection.commit().await {
        Ok(()) => vec![1, 2],
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::RolledBack);
            vec![1]
        }
    };
    // Either way the transaction is over: the next statement is no part of it.
    run_with(&mut *connection, insert(driver, 5, 5)).await.unwrap();
    drop(connection);
    assert_eq!(ids(driver).await, [expected, vec![5]].concat());
}

/// A read-only transaction refuses writes with `ReadOnly`; the next user of the connection may write.
pub async fn a_transaction_that_may_not_write_does_not(driver: &dyn Driver) {
    items(driver, 1).await;
    let mut connection = driver.acquire(Access::Read).await.unwrap();
    connection.begin(TransactionOptions::default().read_only()).await.unwrap();
    assert_eq!(rows::<i64>(&mut *connection, all_ids(driver)).await.unwrap(), [1]);
    let error = run_with(&mut *connection, insert(driver, 2, 2)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReadOnly);
    connection.rollback().await.unwrap();
    drop(connection);
    run_with(&mut *acquire(driver).await, insert(driver, 3, 3)).await.unwrap();
    assert_eq!(ids(driver).await, [1, 3]);
}

/// Every statement of a snapshot sees what the first one saw.
pub async fn a_snapshot_sees_one_state(driver: &dyn Driver) {
    if driver.excludes(Access::Read, Access::Write) {
        return;
    }
    items(driver, 1).await;
    let mut snapshot = driver.acquire(Access::Read).await.unwrap();
    snapshot.begin(TransactionOptions::snapshot()).await.unwrap();
    assert_eq!(rows::<i64>(&mut *snapshot, all_ids(driver)).await.unwrap(), [1]);
    run_with(&mut *acquire(driver).await, insert(driver, 2, 2)).await.unwrap();
    assert_eq!(rows::<i64>(&mut *snapshot, all_ids(driver)).await.unwrap(), [1]);
    snapshot.commit().await.unwrap();
    assert_eq!(rows::<i64>(&mut *snapshot, all_ids(driver)).await.unwrap(), [1, 2]);
}

/// An isolation level is given, or refused with `Unsupported`; refused, there is no transaction.
pub async fn an_isolation_level_is_given_or_refused(driver: &dyn Driver) {
    items(driver, 0).await;
    let mut connection = acquire(driver).await;
    let mut expected = Vec::new();
    for (id, isolation) in (1..).zip([
        Isolation::ReadUncommitted,
        Isolation::ReadCommitted,
        Isolation::RepeatableRead,
        Isolation::Snapshot,
        Isolation::Serializable,
    ]) {
        match connection.begin(TransactionOptions::default().isolation(isolation)).await {
            Ok(()) => {
                run_with(&mut *connection, insert(driver, id, id)).await.unwrap();
                connection.commit().await.unwrap();
                expected.push(id);
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::Unsupported, "{isolation:?}"),
        }
    }
    drop(connection);
    assert!(!expected.is_empty());
    assert_eq!(ids(driver).await, expected);
}

/// A rollback outside a transaction does nothing, not even fail.
pub async fn a_second_rollback_does_nothing(driver: &dyn Driver) {
    items(driver, 0).await;
    let mut connection = acquire(driver).await;
    connection.begin(Default::default()).await.unwrap();
    run_with(&mut *connection, insert(driver, 1, 1)).await.unwrap();
    connection.rollback().await.unwrap();
    connection.rollback().await.unwrap();
    run_with(&mut *connection, insert(driver, 2, 2)).await.unwrap();
    connection.rollback().await.unwrap();
    drop(connection);
    assert_eq!(ids(driver).await, [2]);
}
