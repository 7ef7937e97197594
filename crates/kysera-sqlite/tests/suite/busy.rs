//! Locks of other processes are waited for without holding a thread; the clock of these tests is tokio's, paused.

use crate::common::{InFile, db, foreign, in_file, insert, read, rows, run_on, script, write};
use kysera_core::ErrorKind;
use kysera_core::driver::{Driver, TransactionOptions};
use kysera_sql::compiled::Access;
use kysera_sqlite::rusqlite::functions::FunctionFlags;
use kysera_sqlite::{Journal, Sqlite, SqliteOptions, Synchronous};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::time::{interval, sleep};

async fn with_table(tune: impl FnOnce(SqliteOptions) -> SqliteOptions) -> InFile {
    let file = in_file(tune).await;
    script(&file.db, "create table t (a); insert into t values (0)").await;
    file
}

fn ticks() -> Arc<AtomicU64> {
    let ticks = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&ticks);
    tokio::spawn(async move {
        let mut every = interval(Duration::from_millis(10));
        loop {
            every.tick().await;
            counted.fetch_add(1, Relaxed);
        }
    });
    ticks
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_is_freed_in_time_is_waited_for() {
    for synchronous in [Synchronous::Normal, Synchronous::Full] {
        let file = with_table(|o| o.synchronous(synchronous)).await;
        let other = foreign(&file.path);
        let ticks = ticks();
        let free_later = async || {
            other.execute_batch("begin immediate; insert into t values (7)").unwrap();
            sleep(Duration::from_millis(300)).await;
            other.execute_batch("commit").unwrap();
        };
        let (written, ()) = tokio::join!(db(&file.db, insert("insert into t values (1)")), free_later());
        // `join!` polls the write first, so it may have been first: once more, the other way round.
        written.unwrap();
        let ((), written) = tokio::join!(free_later(), db(&file.db, insert("insert into t values (2)")));
        written.unwrap();
        let begun = async {
            let mut conn = file.db.acquire(Access::Write).await.unwrap();
            conn.begin(TransactionOptions::default()).await.unwrap();
            run_on(&mut *conn, write("update t set a = a + 1")).await.unwrap();
            conn.commit().await.unwrap();
        };
        tokio::join!(free_later(), begun);
        assert!(ticks.load(Relaxed) >= 60, "others had their turns");
        assert_eq!(rows(&file.db, "select count(*) from t").await, ["6"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_is_held_for_too_long_is_an_error() {
    let file = with_table(|o| o.busy_timeout(Duration::from_secs(1))).await;
    let other = foreign(&file.path);
    other.execute_batch("begin immediate").unwrap();
    let started = tokio::time::Instant::now();
    let error = db(&file.db, insert("insert into t values (1)")).await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::LockNotAvailable, true));
    assert!(started.elapsed() >= Duration::from_secs(1));
    let mut conn = file.db.acquire(Access::Write).await.unwrap();
    let error = conn.begin(TransactionOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LockNotAvailable);
    assert_eq!(run_on(&mut *conn, read("select count(*) from t")).await.unwrap().1, ["1"]);
    other.execute_batch("rollback").unwrap();
    conn.begin(TransactionOptions::default()).await.unwrap();
    run_on(&mut *conn, insert("insert into t values (1)")).await.unwrap();
    conn.commit().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_rollback_journal_waits_for_foreign_readers_and_writers() {
    let file = with_table(|o| o.journal(Journal::Delete).synchronous(Synchronous::Off)).await;
    let other = foreign(&file.path);
    let reads_for_a_while = async {
        other.execute_batch("begin; select * from t").unwrap();
        sleep(Duration::from_millis(100)).await;
        other.execute_batch("commit").unwrap();
    };
    let commits = async {
        let mut conn = file.db.acquire(Access::Write).await.unwrap();
        conn.begin(TransactionOptions::default()).await.unwrap();
        run_on(&mut *conn, insert("insert into t values (1)")).await.unwrap();
        conn.commit().await.unwrap();
    };
    tokio::join!(reads_for_a_while, commits);
    let writes_for_a_while = async {
        other.execute_batch("begin exclusive").unwrap();
        sleep(Duration::from_millis(100)).await;
        other.execute_batch("commit").unwrap();
    };
    let ((), counted) = tokio::join!(writes_for_a_while, rows(&file.db, "select count(*) from t"));
    assert_eq!(counted, ["2"]);
}

/// A transaction that has read, then finds that another wrote, cannot go on however long it waits.
#[tokio::test(start_paused = true)]
async fn a_snapshot_that_grew_old_is_transient_and_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let elsewhere = path.clone();
    let db = Sqlite::connect(SqliteOptions::file(&path).on_connect(move |conn| {
        let path = elsewhere.clone();
        conn.create_scalar_function("another_writes", 0, FunctionFlags::SQLITE_UTF8, move |_| {
            foreign(&path).execute_batch("insert into t values (7)")?;
            Ok(1)
        })
    }))
    .await
    .unwrap();
    script(&db, "create table t (a)").await;
    let mut conn = db.acquire(Access::Write).await.unwrap();
    let started = tokio::time::Instant::now();
    let late = "begin; select count(*) from t; select another_writes(); insert into t values (1); commit";
    let error = conn.run_script(late).await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ErrorKind::SerializationFailure, true));
    assert_eq!(error.code(), Some("517"));
    // The clock goes on for those alone who wait on it.
    assert_eq!(started.elapsed(), Duration::ZERO, "it was waited for");
    assert_eq!(run_on(&mut *conn, read("select a from t")).await.unwrap().1, ["7"]);
}

#[tokio::test]
async fn another_process_changes_the_journal_while_we_open() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let other = foreign(&path);
    other.execute_batch("create table t (a); begin exclusive").unwrap();
    let opening = tokio::spawn(Sqlite::connect(SqliteOptions::file(&path)));
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    other.execute_batch("commit").unwrap();
    opening.await.unwrap().unwrap();
    let other = foreign(&path);
    other.execute_batch("begin exclusive").unwrap();
    let error =
        Sqlite::connect(SqliteOptions::file(&path).exclusive(true).busy_timeout(Duration::from_millis(20)))
            .await
            .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LockNotAvailable);
}
