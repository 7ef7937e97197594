//! Savepoints: their order, and what is undone.

use crate::fake::Fake;
use kysera_core::{Error, ErrorKind, QueryExt, Result, raw};

fn no<T>() -> Result<T> {
    Err(Error::new(ErrorKind::Application, "no"))
}

#[tokio::test]
async fn nested_transactions_are_savepoints() {
    let fake = Fake::new();
    fake.db()
        .transaction(async |tx| {
            raw("insert a").execute(tx).await?;
            tx.transaction(async |tx| {
                raw("insert b").execute(tx).await?;
                tx.transaction(async |tx| raw("insert c").execute(tx).await).await
            })
            .await?;
            let undone: Result<()> = tx
                .transaction(async |tx| {
                    raw("insert d").execute(tx).await?;
                    no()
                })
                .await;
            assert_eq!(undone.unwrap_err().kind(), ErrorKind::Application);
            raw("insert e").execute(tx).await
        })
        .await
        .unwrap();
    assert_eq!(
        fake.log(),
        [
            "begin",
            "insert a",
            "savepoint kysera_1",
            "insert b",
            "savepoint kysera_2",
            "insert c",
            "release kysera_2",
            "release kysera_1",
            "savepoint kysera_1",
            "insert d",
            "rollback to kysera_1",
            "insert e",
            "commit"
        ]
    );
    assert_eq!(fake.committed(), ["insert a", "insert b", "insert c", "insert e"]);
}

#[tokio::test]
async fn a_savepoint_left_behind_is_undone_before_the_next_statement() {
    for fake in [Fake::new(), Fake::new().inline()] {
        let mut tx = fake.db().begin().await.unwrap();
        let mut outer = tx.savepoint().await.unwrap();
        raw("insert a").execute(&outer).await.unwrap();
        let inner = outer.savepoint().await.unwrap();
        raw("insert b").execute(&inner).await.unwrap();
        drop(inner);
        drop(outer);
        raw("insert c").execute(&tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(fake.committed(), ["insert c"]);
        assert_eq!(fake.log()[5..], ["rollback to kysera_1", "insert c", "commit"]);
    }
}

#[tokio::test]
async fn a_savepoint_left_behind_is_undone_before_the_commit() {
    let fake = Fake::new();
    let mut tx = fake.db().begin().await.unwrap();
    let savepoint = tx.savepoint().await.unwrap();
    raw("insert a").execute(&savepoint).await.unwrap();
    drop(savepoint);
    tx.commit().await.unwrap();
    assert!(fake.committed().is_empty());
    assert_eq!(fake.log()[3..], ["rollback to kysera_1", "commit"]);
}

#[tokio::test]
async fn an_inner_savepoint_left_behind_does_not_undo_the_outer_one() {
    let fake = Fake::new();
    let mut tx = fake.db().begin().await.unwrap();
    let mut outer = tx.savepoint().await.unwrap();
    raw("insert a").execute(&outer).await.unwrap();
    let inner = outer.savepoint().await.unwrap();
    raw("insert b").execute(&inner).await.unwrap();
    drop(inner);
    outer.release().await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(fake.committed(), ["insert a"]);
    assert_eq!(fake.log()[5..], ["rollback to kysera_2", "release kysera_1", "commit"]);
}

#[tokio::test]
async fn a_release_that_failed_undoes_the_savepoint_and_spares_the_transaction() {
    let fake = Fake::new().fail("release kysera_1", ErrorKind::TransactionAborted);
    fake.db()
        .transaction(async |tx| {
            let released = tx.transaction(async |tx| raw("insert a").execute(tx).await).await;
            assert_eq!(released.unwrap_err().kind(), ErrorKind::TransactionAborted);
            raw("insert b").execute(tx).await
        })
        .await
        .unwrap();
    assert_eq!(fake.committed(), ["insert b"]);
    assert_eq!(fake.log()[3..], ["release kysera_1", "rollback to kysera_1", "insert b", "commit"]);
}

#[tokio::test]
async fn both_errors_are_kept_when_rolling_back_to_the_savepoint_fails_too() {
    let fake = Fake::new().fail("rollback to kysera_1", ErrorKind::ConnectionClosed);
    let result: Result<()> = fake.db().transaction(async |tx| tx.transaction(async |_| no()).await).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Application);
    assert_eq!(error.rollback_error().map(Error::kind), Some(ErrorKind::ConnectionClosed));
}

#[tokio::test]
async fn a_savepoint_that_was_not_set_leaves_the_transaction_as_it_was() {
    let fake = Fake::new().fail("savepoint kysera_1", ErrorKind::Database);
    fake.db()
        .transaction(async |tx| {
            assert!(tx.savepoint().await.is_err());
            tx.transaction(async |tx| raw("insert a").execute(tx).await).await
        })
        .await
        .unwrap();
    assert_eq!(fake.committed(), ["insert a"]);
}
