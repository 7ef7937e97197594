//! A transaction that was cut or broken never goes on as single statements.

use crate::common::{
    Taken, endless, in_file, insert, on, poll_and_drop, raw, read, rows, run_on, script, taken, with, write,
};
use kysera_core::driver::{Attempt, Connection, Driver, TransactionOptions};
use kysera_core::{Error, ErrorKind};
use kysera_sql::compiled::{Access, StatementKind};
use kysera_sqlite::{Sqlite, Synchronous};
use std::time::Duration;

async fn memory() -> Sqlite {
    let db = Sqlite::memory().unwrap();
    script(
        &db,
        "create table t (a integer primary key on conflict rollback, b); insert into t values (1, 1)",
    )
    .await;
    db
}

async fn begun(db: &Sqlite) -> Box<dyn Connection> {
    let mut conn = db.acquire(Access::Write).await.unwrap();
    conn.begin(TransactionOptions::default()).await.unwrap();
    on(&mut *conn, insert("insert into t values (2, 2)")).await.unwrap();
    conn
}

async fn cut(conn: &mut dyn Connection, sql: &str) {
    let running = conn.run(write(sql), Box::<Taken>::default());
    assert!(tokio::time::timeout(Duration::from_millis(20), running).await.is_err());
}

async fn assert_aborted(conn: &mut dyn Connection) {
    fn kind<T>(result: Result<T, Error>) -> ErrorKind {
        result.map(|_| ()).unwrap_err().kind()
    }
    let statement = insert("insert into t values (9, 9)");
    assert!(matches!(conn.try_run(&statement, &mut Taken::default()), Attempt::WouldBlock));
    assert_eq!(kind(run_on(conn, statement).await), ErrorKind::TransactionAborted);
    assert_eq!(kind(run_on(conn, read("select 1")).await), ErrorKind::TransactionAborted);
    assert_eq!(kind(conn.stream(read("select 1")).await.map(|_| ())), ErrorKind::TransactionAborted);
    assert_eq!(kind(conn.run_script("insert into t values (9, 9)").await), ErrorKind::TransactionAborted);
    assert_eq!(kind(conn.savepoint("kysera_9").await), ErrorKind::TransactionAborted);
    assert_eq!(kind(conn.release("kysera_9").await), ErrorKind::TransactionAborted);
    assert_eq!(kind(conn.begin(TransactionOptions::default()).await), ErrorKind::TransactionAborted);
}

#[tokio::test]
async fn after_a_dropped_write() {
    let db = memory().await;
    let mut conn = begun(&db).await;
    cut(&mut *conn, &format!("update t set b = ({})", endless())).await;
    assert_aborted(&mut *conn).await;
    assert_eq!(conn.commit().await.unwrap_err().kind(), ErrorKind::TransactionAborted);
    // The refused commit has rolled back, so this is a statement of its own again.
    assert_eq!(run_on(&mut *conn, read("select * from t")).await.unwrap().1, ["1|1"]);
    conn.rollback().await.unwrap();
    conn.begin(TransactionOptions::default()).await.unwrap();
    run_on(&mut *conn, insert("insert into t values (3, 3)")).await.unwrap();
    conn.commit().await.unwrap();
    assert_eq!(run_on(&mut *conn, read("select a from t")).await.unwrap().1, ["1", "3"]);
}

#[tokio::test]
async fn after_a_dropped_read() {
    let db = memory().await;
    let mut conn = begun(&db).await;
    conn.savepoint("kysera_1").await.unwrap();
    let running = conn.run(read(&endless()), Box::<Taken>::default());
    assert!(tokio::time::timeout(Duration::from_millis(20), running).await.is_err());
    assert_aborted(&mut *conn).await;
    conn.rollback_to("kysera_1").await.expect("sqlite has kept the transaction");
    conn.commit().await.unwrap();
    assert_eq!(run_on(&mut *conn, read("select a from t")).await.unwrap().1, ["1", "2"]);
}

#[tokio::test]
async fn after_an_error_that_rolls_back() {
    let db = memory().await;
    let mut conn = begun(&db).await;
    conn.savepoint("kysera_1").await.unwrap();
    let error = on(&mut *conn, insert("insert into t values (1, 1)")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UniqueViolation);
    assert_aborted(&mut *conn).await;
    assert_eq!(conn.rollback_to("kysera_1").await.unwrap_err().kind(), ErrorKind::TransactionAborted);
    conn.rollback().await.unwrap();
    assert_eq!(rows_of(&mut *conn).await, ["1"]);
}

async fn rows_of(conn: &mut dyn Connection) -> Vec<String> {
    run_on(conn, read("select a from t order by a")).await.unwrap().1
}

#[tokio::test]
async fn an_ordinary_error_leaves_the_transaction() {
    let db = Sqlite::memory().unwrap();
    script(&db, "create table t (a integer primary key); insert into t values (1)").await;
    let mut conn = db.acquire(Access::Write).await.unwrap();
    conn.begin(TransactionOptions::default()).await.unwrap();
    on(&mut *conn, insert("insert into t values (2)")).await.unwrap();
    assert!(on(&mut *conn, insert("insert into t values (3), (1)")).await.unwrap_err().is_unique_violation());
    assert!(on(&mut *conn, read("select nothing")).await.is_err());
    conn.commit().await.unwrap();
    assert_eq!(rows_of(&mut *conn).await, ["1", "2"]);
}

#[tokio::test]
async fn a_stream_dropped_in_a_transaction_leaves_it() {
    let db = memory().await;
    let mut conn = begun(&db).await;
    let mut stream = conn.stream(read(&crate::common::endless_rows())).await.unwrap();
    let (sink, more) = stream.fill(Box::<Taken>::default()).await.unwrap();
    assert!(more && taken(sink).rows.len() >= 256);
    drop(stream);
    on(&mut *conn, insert("insert into t values (3, 3)")).await.unwrap();
    let mut stream = conn.stream(read(&format!("select ({})", endless()))).await.unwrap();
    assert!(poll_and_drop(1, stream.fill(Box::<Taken>::default())).await.is_none());
    drop(stream);
    conn.commit().await.unwrap();
    assert_eq!(rows_of(&mut *conn).await, ["1", "2", "3"]);
}

/// The commit is on the pool, since it syncs. It is done in the end, and nobody can take it for undone.
#[test]
fn a_dropped_commit_is_all_or_nothing() {
    let one_thread =
        tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).enable_all().build();
    one_thread.unwrap().block_on(async {
        let file = in_file(|o| o.synchronous(Synchronous::Full)).await;
        script(&file.db, "create table t (a integer primary key, b)").await;
        let mut conn = begun(&file.db).await;
        drop_commit(&mut *conn).await;
        assert_aborted(&mut *conn).await;
        assert_eq!(conn.commit().await.unwrap_err().kind(), ErrorKind::CommitUnknown);
        assert_eq!(rows_of(&mut *conn).await, ["2"]);

        conn.begin(TransactionOptions::default()).await.unwrap();
        run_on(&mut *conn, insert("insert into t values (3, 3)")).await.unwrap();
        drop_commit(&mut *conn).await;
        conn.rollback().await.expect("there is nothing left to roll back");
        assert_eq!(rows_of(&mut *conn).await, ["2", "3"]);

        conn.begin(TransactionOptions::default()).await.unwrap();
        run_on(&mut *conn, insert("insert into t values (4, 4)")).await.unwrap();
        drop_commit(&mut *conn).await;
        drop(conn);
        drop(file.db.acquire(Access::Write).await.unwrap());
        assert_eq!(rows(&file.db, "select count(*) from t").await, ["3"]);
    });
}

/// Starts a commit while the only blocking thread is taken, and drops its future.
async fn drop_commit(conn: &mut dyn Connection) {
    let (free, taken) = std::sync::mpsc::channel::<()>();
    let occupied = tokio::task::spawn_blocking(move || taken.recv());
    assert!(poll_and_drop(1, conn.commit()).await.is_none());
    free.send(()).unwrap();
    occupied.await.unwrap().unwrap();
}

#[tokio::test]
async fn insert_returning_inserts_every_row_however_few_are_taken() {
    let db = Sqlite::memory().unwrap();
    script(&db, "create table t (a)").await;
    let three =
        || with(StatementKind::InsertValues(3), "insert into t values (1), (2), (3) returning a", vec![]);
    let mut one = Taken { most: Some(1), ..Taken::default() };
    assert!(
        matches!(db.try_run(&three(), &mut one), Attempt::Done(Ok(outcome)) if outcome.rows_affected == 3)
    );
    assert_eq!(one.rows, ["1"]);

    let mut conn = db.acquire(Access::Write).await.unwrap();
    let sink = Box::new(Taken { most: Some(1), ..Taken::default() });
    let (outcome, sink) = conn.run(write(&three().sql), sink).await.unwrap();
    assert_eq!((outcome.rows_affected, taken(sink).rows.len()), (3, 1));

    drop(conn.stream(three()).await.unwrap());
    drop(conn.stream(raw(&three().sql)).await.unwrap());
    let mut stream = conn.stream(three()).await.unwrap();
    let (sink, more) = stream.fill(Box::new(Taken { most: Some(1), ..Taken::default() })).await.unwrap();
    assert_eq!((taken(sink).rows.len(), more), (1, false));
    drop(stream);
    let many = "insert into t with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000) select i from n returning a";
    let mut stream = conn.stream(write(many)).await.unwrap();
    let mut seen = Vec::new();
    loop {
        let (sink, more) = stream.fill(Box::<Taken>::default()).await.unwrap();
        seen.extend(taken(sink).rows);
        if !more {
            break;
        }
    }
    assert_eq!(seen, (1..=1000).map(|n| n.to_string()).collect::<Vec<_>>());
    drop(stream);
    assert_eq!(run_on(&mut *conn, read("select count(*) from t")).await.unwrap().1, ["1015"]);
}
