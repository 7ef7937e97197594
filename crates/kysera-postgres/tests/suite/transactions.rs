//! Transactions: begun late, committed by what the server says, never half.

use crate::support::{acquire, driver, one, run};
use kysera_core::driver::{Connection, Isolation, TransactionOptions};
use kysera_core::error::ErrorKind;

async fn with_table(schema: &str) -> Option<(kysera_postgres::Postgres, Box<dyn Connection>)> {
    let driver = driver(schema).await?;
    let mut connection = acquire(&driver).await;
    run(&mut *connection, "create table t (id int primary key)").await.unwrap();
    Some((driver, connection))
}

async fn count(connection: &mut dyn Connection) -> i64 {
    one(connection, "select count(*) from t").await
}

async fn begin(connection: &mut dyn Connection) {
    connection.begin(TransactionOptions::default()).await.unwrap();
}

#[tokio::test]
async fn a_transaction_commits_or_rolls_back_as_a_whole() {
    let Some((driver, mut connection)) = with_table("tx_whole").await else { return };
    let mut other = acquire(&driver).await;
    begin(&mut *connection).await;
    run(&mut *connection, "insert into t values (1)").await.unwrap();
    assert_eq!(count(&mut *other).await, 0);
    connection.commit().await.unwrap();
    assert_eq!(count(&mut *other).await, 1);
    begin(&mut *connection).await;
    run(&mut *connection, "insert into t values (2)").await.unwrap();
    connection.rollback().await.unwrap();
    assert_eq!(count(&mut *connection).await, 1);
}

#[tokio::test]
async fn a_commit_that_the_server_turns_into_a_rollback_is_an_error() {
    let Some((_driver, mut connection)) = with_table("tx_swallowed").await else { return };
    begin(&mut *connection).await;
    run(&mut *connection, "insert into t values (1)").await.unwrap();
    run(&mut *connection, "insert into t values (1)").await.unwrap_err();
    let error = run(&mut *connection, "insert into t values (2)").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TransactionAborted);
    assert_eq!(connection.commit().await.unwrap_err().kind(), ErrorKind::RolledBack);
    assert_eq!(count(&mut *connection).await, 0);
}

#[tokio::test]
async fn an_error_at_the_commit_keeps_its_kind() {
    let Some((_driver, mut connection)) = with_table("tx_deferred").await else { return };
    run(&mut *connection, "create table c (id int references t deferrable initially deferred)")
        .await
        .unwrap();
    begin(&mut *connection).await;
    run(&mut *connection, "insert into c values (7)").await.unwrap();
    let error = connection.commit().await.unwrap_err();
    assert_eq!((error.kind(), error.table()), (ErrorKind::ForeignKeyViolation, Some("c")));
    connection.rollback().await.unwrap();
    assert_eq!(one::<i64>(&mut *connection, "select count(*) from c").await, 0);
}

#[tokio::test]
async fn isolation_and_access_mode_reach_the_server() {
    let Some((_driver, mut connection)) = with_table("tx_modes").await else { return };
    for (isolation, level) in [
        (Isolation::ReadUncommitted, "read uncommitted"),
        (Isolation::ReadCommitted, "read committed"),
        (Isolation::RepeatableRead, "repeatable read"),
        (Isolation::Snapshot, "repeatable read"),
        (Isolation::Serializable, "serializable"),
    ] {
        connection.begin(TransactionOptions::default().isolation(isolation)).await.unwrap();
        let found: String = one(&mut *connection, "select current_setting('transaction_isolation')").await;
        assert_eq!(found, level);
        connection.commit().await.unwrap();
    }
    connection.begin(TransactionOptions::default().read_only()).await.unwrap();
    let error = run(&mut *connection, "insert into t values (1)").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReadOnly);
    connection.rollback().await.unwrap();
}

#[tokio::test]
async fn savepoints_undo_what_is_inside_them() {
    let Some((_driver, mut connection)) = with_table("tx_savepoints").await else { return };
    begin(&mut *connection).await;
    run(&mut *connection, "insert into t values (1)").await.unwrap();
    connection.savepoint("kysera_1").await.unwrap();
    run(&mut *connection, "insert into t values (2)").await.unwrap();
    run(&mut *connection, "insert into t values (2)").await.unwrap_err();
    connection.rollback_to("kysera_1").await.unwrap();
    connection.savepoint("kysera_1").await.unwrap();
    run(&mut *connection, "insert into t values (3)").await.unwrap();
    connection.savepoint("kysera_2").await.unwrap();
    connection.release("kysera_2").await.unwrap();
    connection.savepoint("kysera_2").await.unwrap();
    connection.rollback_to("kysera_2").await.unwrap();
    connection.release("kysera_1").await.unwrap();
    run(&mut *connection, "insert into t values (4)").await.unwrap();
    connection.commit().await.unwrap();
    assert_eq!(
        one::<String>(&mut *connection, "select string_agg(id::text, ',' order by id) from t").await,
        "1,3,4"
    );
}

#[tokio::test]
async fn a_savepoint_set_before_the_first_statement_is_still_one() {
    let Some((_driver, mut connection)) = with_table("tx_early_savepoint").await else { return };
    begin(&mut *connection).await;
    connection.savepoint("kysera_1").await.unwrap();
    connection.savepoint("kysera_2").await.unwrap();
    run(&mut *connection, "insert into nosuch values (1)").await.unwrap_err();
    connection.rollback_to("kysera_2").await.unwrap();
    run(&mut *connection, "insert into t values (1)").await.unwrap();
    connection.release("kysera_1").await.unwrap();
    connection.commit().await.unwrap();
    assert_eq!(count(&mut *connection).await, 1);
}

#[tokio::test]
async fn a_connection_dropped_in_a_transaction_is_rolled_back_before_anybody_gets_it() {
    let Some((driver, mut connection)) = with_table("tx_dropped").await else { return };
    begin(&mut *connection).await;
    run(&mut *connection, "insert into t values (1)").await.unwrap();
    drop(connection);
    for _ in 0..20 {
        let mut next = acquire(&driver).await;
        assert_eq!(count(&mut *next).await, 0);
        run(&mut *next, "insert into t values (1)").await.unwrap();
        run(&mut *next, "delete from t").await.unwrap();
    }
}

#[tokio::test]
async fn nothing_runs_outside_a_transaction_that_raw_sql_has_ended() {
    let Some((_driver, mut connection)) = with_table("tx_ended").await else { return };
    for end in ["commit", "rollback", "commit; select 1"] {
        begin(&mut *connection).await;
        run(&mut *connection, "delete from t").await.unwrap();
        connection.run_script(end).await.unwrap();
        let error = run(&mut *connection, "insert into t values (1)").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TransactionAborted, "{end}");
        assert_eq!(connection.commit().await.unwrap_err().kind(), ErrorKind::TransactionAborted);
        // A rollback said that all was undone.
        assert_eq!(connection.rollback().await.unwrap_err().kind(), ErrorKind::TransactionAborted);
        connection.rollback().await.unwrap();
        assert_eq!(count(&mut *connection).await, 0);
    }
}
