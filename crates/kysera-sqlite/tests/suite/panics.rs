//! A panic surfaces where the statement was called; connections come back and no lock is poisoned.

use crate::common::{Taken, check_whole, count_to, in_file, insert, on, read, rows, run_on, script, write};
use kysera_core::ErrorKind;
use kysera_core::driver::{Driver, TransactionOptions};
use kysera_sql::cell::Cell;
use kysera_sql::compiled::Access;
use kysera_sql::row::{DecodeError, Flow, RowSink};
use kysera_sqlite::rusqlite::functions::FunctionFlags;
use kysera_sqlite::{Sqlite, SqliteOptions};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

/// Panics at a row.
struct Panics;

impl RowSink for Panics {
    fn row(&mut self, _: &[Cell<'_>]) -> Result<Flow, DecodeError> {
        panic!("no more")
    }

    fn clear(&mut self) {}
}

async fn panics(future: impl Future<Output = ()> + Send + 'static) {
    let panic = tokio::spawn(future).await.unwrap_err().into_panic();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"no more"));
}

async fn each_way(db: &Sqlite) {
    script(db, "create table t (a); insert into t values (1)").await;
    check_whole(db, usize::from(!db.excludes(Access::Read, Access::Read))).await;
    let on_task = db.clone();
    panics(async move {
        let _ = on_task.try_run(&read("select 1"), &mut Panics);
    })
    .await;
    check_whole(db, 0).await;
    let awaited = db.clone();
    panics(async move {
        let mut conn = awaited.acquire(Access::Read).await.unwrap();
        let _ = conn.run(read("select 1"), Box::new(Panics)).await;
    })
    .await;
    let on_pool = db.clone();
    panics(async move {
        let mut conn = on_pool.acquire(Access::Write).await.unwrap();
        conn.begin(TransactionOptions::default()).await.unwrap();
        on(&mut *conn, insert("insert into t values (2)")).await.unwrap();
        let _ = conn.run(write("update t set a = a returning a"), Box::new(Panics)).await;
    })
    .await;
    let streamed = db.clone();
    panics(async move {
        let mut conn = streamed.acquire(Access::Write).await.unwrap();
        conn.begin(TransactionOptions::default()).await.unwrap();
        let mut stream = conn.stream(read(&count_to(100_000))).await.unwrap();
        let _ = stream.fill(Box::new(Panics)).await;
    })
    .await;
    check_whole(db, 0).await;
    assert_eq!(rows(db, "select a from t").await, ["1"], "what the panic left was rolled back");
}

#[tokio::test]
async fn in_a_sink() {
    for budget in [Duration::ZERO, Duration::from_micros(500)] {
        each_way(&Sqlite::connect(SqliteOptions::memory().budget(budget)).await.unwrap()).await;
        each_way(&in_file(|o| o.budget(budget)).await.db).await;
    }
}

#[tokio::test]
async fn in_a_registered_function() {
    let db = Sqlite::connect(SqliteOptions::memory().on_connect(|conn| {
        conn.create_scalar_function(
            "fails",
            0,
            FunctionFlags::SQLITE_UTF8,
            |_| -> kysera_sqlite::rusqlite::Result<i64> { panic!("no more") },
        )
    }))
    .await
    .unwrap();
    script(&db, "create table t (a)").await;
    let error = crate::common::db(&db, read("select fails()")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal, "{error:?}");
    let mut conn = db.acquire(Access::Write).await.unwrap();
    conn.begin(TransactionOptions::default()).await.unwrap();
    on(&mut *conn, insert("insert into t values (1)")).await.unwrap();
    assert!(run_on(&mut *conn, write("update t set a = fails()")).await.is_err());
    conn.commit().await.unwrap();
    drop(conn);
    assert_eq!(rows(&db, "select a from t").await, ["1"]);
}

#[tokio::test]
async fn caught_by_the_one_who_holds_the_connection() {
    let db = Sqlite::memory().unwrap();
    script(&db, "create table t (a)").await;
    let mut conn = db.acquire(Access::Write).await.unwrap();
    conn.begin(TransactionOptions::default()).await.unwrap();
    on(&mut *conn, insert("insert into t values (1)")).await.unwrap();
    let caught = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let _ = conn.try_run(&read("select 1"), &mut Panics);
    }));
    assert!(caught.is_err());
    on(&mut *conn, insert("insert into t values (2)")).await.unwrap();
    conn.commit().await.unwrap();
    drop(conn);
    assert_eq!(rows(&db, "select count(*) from t").await, ["2"]);
}

#[tokio::test]
async fn a_sink_that_fails_stops_a_query_and_not_a_write() {
    struct Fails;
    impl RowSink for Fails {
        fn row(&mut self, _: &[Cell<'_>]) -> Result<Flow, DecodeError> {
            let source = kysera_sql::cell::CellError::new("i32", "text");
            Err(DecodeError::new(0, source))
        }
        fn clear(&mut self) {}
    }
    let db = Sqlite::memory().unwrap();
    script(&db, "create table t (a)").await;
    let mut conn = db.acquire(Access::Write).await.unwrap();
    for statement in [read("select 1"), write("insert into t values (1), (2) returning a")] {
        let error = conn.run(statement, Box::new(Fails)).await.map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
    }
    assert_eq!(run_on(&mut *conn, read("select count(*) from t")).await.unwrap().1, ["2"]);
    let mut stream = conn.stream(read(&count_to(10))).await.unwrap();
    assert!(stream.fill(Box::new(Fails)).await.is_err());
    drop(stream);
    assert!(stream_of(&mut *conn).await.is_ok());
}

async fn stream_of(conn: &mut dyn kysera_core::driver::Connection) -> kysera_core::Result<()> {
    conn.stream(read("select 1")).await?.fill(Box::<Taken>::default()).await.map(|_| ())
}
