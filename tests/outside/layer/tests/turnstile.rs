//! What passes is counted, and nothing passes when it is shut.

use kysera_core::{Db, ErrorKind, QueryExt, raw};
use kysera_outside_driver::Ferry;
use kysera_outside_layer::Turnstile;
use std::time::Duration;

fn watched() -> (Db, Turnstile) {
    let turnstile = Turnstile::default();
    let driver = Ferry::in_memory(Duration::from_millis(200)).expect("memory is at hand");
    let db = Db::builder(driver).layer(turnstile.clone()).build().expect("there are no plugins");
    (db, turnstile)
}

#[tokio::test]
async fn failures_are_told_from_what_was_done() {
    let (db, turnstile) = watched();
    raw("create table t (n integer)").execute(&db).await.unwrap();
    let done = turnstile.done();
    assert!(done > 0 && turnstile.failed() == 0);
    raw("insert into missing values (1)").execute(&db).await.unwrap_err();
    assert_eq!((turnstile.failed(), turnstile.inside()), (1, 0));
}

#[tokio::test]
async fn nothing_passes_when_it_is_shut() {
    let (db, turnstile) = watched();
    raw("create table t (n integer)").execute(&db).await.unwrap();
    turnstile.shut(true);
    let error = raw("insert into t values (1)").execute(&db).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    turnstile.shut(false);
    assert_eq!(raw("insert into t values (2)").execute(&db).await.unwrap().rows_affected, 1);
}

#[tokio::test]
async fn a_transaction_that_was_begun_can_end_when_it_is_shut() {
    let (db, turnstile) = watched();
    raw("create table t (n integer)").execute(&db).await.unwrap();
    let tx = db.begin().await.unwrap();
    raw("insert into t values (1)").execute(&tx).await.unwrap();
    turnstile.shut(true);
    tx.rollback().await.unwrap();
    turnstile.shut(false);
    let changed = raw("update t set n = 2").execute(&db).await.unwrap();
    assert_eq!(changed.rows_affected, 0);
}
