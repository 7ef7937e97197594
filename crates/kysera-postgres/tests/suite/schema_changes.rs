//! The schema changes under prepared statements.

use crate::support::{acquire, driver, one, read, rows, run, run_with, taken, write};
use kysera_core::driver::{Connection, TransactionOptions};
use kysera_core::error::ErrorKind;
use kysera_postgres::Postgres;
use kysera_sql::value::{CustomType, Value};

static MOOD: CustomType = CustomType::new("mood");

/// Two connections, and a statement that the first has prepared.
async fn prepared(schema: &str) -> Option<(Postgres, Box<dyn Connection>, Box<dyn Connection>)> {
    let driver = driver(schema).await?;
    let (mut first, second) = (acquire(&driver).await, acquire(&driver).await);
    first
        .run_script("create table t (id int); insert into t values (1); create sequence runs")
        .await
        .unwrap();
    for _ in 0..3 {
        select(&mut *first).await;
    }
    Some((driver, first, second))
}

/// Counts how often it was executed.
const SELECT: &str = "select *, nextval('runs')::int from t";

async fn select(connection: &mut dyn Connection) -> Vec<(i32, i32)> {
    rows(connection, read(SELECT, vec![])).await.unwrap()
}

#[tokio::test]
async fn a_changed_result_is_prepared_again_and_run_once() {
    let Some((_driver, mut first, mut second)) = prepared("sch_outside").await else { return };
    run(&mut *second, "alter table t add column name text").await.unwrap();
    let found = rows::<(i32, Option<String>, i32)>(&mut *first, read(SELECT, vec![])).await.unwrap();
    assert_eq!(found, [(1, None, 4)]);
    assert_eq!(
        rows::<(i32, Option<String>, i32)>(&mut *first, read(SELECT, vec![])).await.unwrap(),
        [(1, None, 5)]
    );
}

#[tokio::test]
async fn inside_a_transaction_it_is_an_error_worth_another_try() {
    let Some((_driver, mut first, mut second)) = prepared("sch_inside").await else { return };
    run(&mut *second, "alter table t alter id type bigint").await.unwrap();
    let mut attempts = 0;
    loop {
        attempts += 1;
        first.begin(TransactionOptions::default()).await.unwrap();
        match rows::<(i64, i32)>(&mut *first, read(SELECT, vec![])).await {
            Ok(found) => {
                assert_eq!(found, [(1, 4)]);
                first.commit().await.unwrap();
                break;
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::SchemaChanged);
                assert!(error.is_transient());
                first.rollback().await.unwrap();
            }
        }
    }
    assert_eq!(attempts, 2);
}

#[tokio::test]
async fn under_a_savepoint_the_rest_of_the_transaction_lives() {
    let Some((_driver, mut first, mut second)) = prepared("sch_savepoint").await else { return };
    first.begin(TransactionOptions::default()).await.unwrap();
    run(&mut *first, "create table mine (id int)").await.unwrap();
    run(&mut *second, "alter table t add column name text").await.unwrap();
    first.savepoint("kysera_1").await.unwrap();
    let error = rows::<(i32, i32)>(&mut *first, read(SELECT, vec![])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SchemaChanged);
    first.rollback_to("kysera_1").await.unwrap();
    rows::<(i32, Option<String>, i32)>(&mut *first, read(SELECT, vec![])).await.unwrap();
    first.commit().await.unwrap();
    assert_eq!(one::<i64>(&mut *second, "select count(*) from mine").await, 0);
}

#[tokio::test]
async fn a_stream_starts_again_too() {
    let Some((_driver, mut first, mut second)) = prepared("sch_stream").await else { return };
    run(&mut *second, "alter table t add column name text").await.unwrap();
    let mut stream = first.stream(read(SELECT, vec![])).await.unwrap();
    let sink = Box::new(kysera_sql::row::Rows::<(i32, Option<String>, i32)>::default());
    let (sink, _) = stream.fill(sink).await.unwrap();
    assert_eq!(taken::<(i32, Option<String>, i32)>(sink).len(), 1);
}

#[tokio::test]
async fn statements_thrown_away_behind_our_back_are_prepared_again() {
    let Some((_driver, mut first, _)) = prepared("sch_deallocate").await else { return };
    first.run_script("do $$ begin execute 'deallocate all'; end $$").await.unwrap();
    assert_eq!(select(&mut *first).await, [(1, 4)]);
    first.run_script("discard all").await.unwrap();
    // `discard all` resets the search path to that of the login, which is ours.
    assert_eq!(select(&mut *first).await.len(), 1);
}

#[tokio::test]
async fn a_parameters_type_made_anew_is_resolved_again() {
    let Some(driver) = driver("sch_enum").await else { return };
    let (mut first, mut second) = (acquire(&driver).await, acquire(&driver).await);
    first.run_script("create type mood as enum ('ok'); create table t (m mood)").await.unwrap();
    let insert = || write("insert into t values ($1)", vec![Value::Custom(&MOOD, "ok".into())]);
    for _ in 0..4 {
        run_with(&mut *first, insert()).await.unwrap();
    }
    second
        .run_script(
            "alter table t alter m type text; drop type mood; create type mood as enum ('sad', 'ok');
             alter table t alter m type mood using m::mood",
        )
        .await
        .unwrap();
    for _ in 0..3 {
        run_with(&mut *first, insert()).await.unwrap();
    }
    assert_eq!(one::<i64>(&mut *second, "select count(*) from t where m = 'ok'").await, 7);
}

#[tokio::test]
async fn changes_that_do_not_touch_the_result_cost_nothing() {
    let Some(driver) = driver("sch_harmless").await else { return };
    let (mut first, mut second) = (acquire(&driver).await, acquire(&driver).await);
    first.run_script("create table t (id int); insert into t values (1)").await.unwrap();
    let select = || read("select id from t where id = $1", vec![Value::I32(1)]);
    for _ in 0..3 {
        assert_eq!(rows::<i32>(&mut *first, select()).await.unwrap(), [1]);
    }
    for change in
        ["alter table t add column a int", "drop table t; create table t (id int); insert into t values (1)"]
    {
        second.run_script(change).await.unwrap();
        first.begin(TransactionOptions::default()).await.unwrap();
        assert_eq!(rows::<i32>(&mut *first, select()).await.unwrap(), [1], "{change}");
        first.commit().await.unwrap();
    }
}
