//! A wait that only its own caller could end is an error, and nothing else is.

use crate::fake::{Fake, Number};
use kysera_core::{ErrorKind, QueryExt, raw};

const ALL: &str = "select n from t";

#[tokio::test]
async fn the_database_inside_its_own_transaction_is_refused() {
    let fake = Fake::single();
    let db = fake.db();
    let result = db.transaction(async |_| raw("insert a").execute(&db).await).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SelfDeadlock);
    assert!(error.to_string().contains("pass `tx`"), "{error}");
    assert_eq!(fake.log(), ["begin", "rollback"]);
}

#[tokio::test]
async fn a_second_transaction_inside_the_first_is_refused() {
    let db = Fake::single().db();
    let result = db.transaction(async |_| db.transaction(async |_| Ok(())).await).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::SelfDeadlock);
}

#[tokio::test]
async fn the_transaction_of_another_database_in_between_does_not_hide_it() {
    let (db, other) = (Fake::single().db(), Fake::single().db());
    let result = db
        .transaction(async |_| {
            other.transaction(async |_| raw(ALL).rows::<Number>().fetch_all(&db).await).await
        })
        .await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::SelfDeadlock);
}

#[tokio::test]
async fn another_database_may_be_used_inside_a_transaction() {
    let (db, other) = (Fake::single().db(), Fake::single().db());
    db.transaction(async |_| raw("insert a").execute(&other).await).await.unwrap();
}

#[tokio::test]
async fn two_transactions_of_one_task_wait_for_each_other() {
    let fake = Fake::single();
    let db = fake.db();
    let one = db.transaction(async |tx| raw("insert a").execute(tx).await);
    let two = db.transaction(async |tx| raw("insert b").execute(tx).await);
    let (one, two) = tokio::join!(one, two);
    one.unwrap();
    two.unwrap();
    assert_eq!(fake.committed().len(), 2);
    let log = fake.log();
    let kinds: Vec<&str> = log.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(kinds, ["begin", "insert", "commit", "begin", "insert", "commit"]);
}

#[tokio::test]
async fn the_database_may_be_used_after_the_transaction_and_in_its_hooks() {
    let fake = Fake::single();
    let db = fake.db();
    db.transaction(async |tx| {
        let db = db.clone();
        tx.after_commit(async move || {
            raw("insert b").execute(&db).await.unwrap();
        });
        raw("insert a").execute(tx).await
    })
    .await
    .unwrap();
    raw("insert c").execute(&db).await.unwrap();
    assert_eq!(fake.committed(), ["insert a", "insert b", "insert c"]);
}

#[tokio::test]
async fn a_database_with_more_connections_may_be_used_inside_its_transaction() {
    let fake = Fake::new();
    let db = fake.db();
    db.transaction(async |_| raw("insert a").execute(&db).await).await.unwrap();
    assert_eq!(fake.committed(), ["insert a"]);
}
