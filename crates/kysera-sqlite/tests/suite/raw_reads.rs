//! Raw SQL that only reads does not need the only writing connection, and answers as if it had it.

use crate::common::{
    InFile, Taken, db, in_file, insert, numbers, on, poll_and_drop, raw, run_on, script, taken,
};
use kysera_core::driver::layer::{DriverLayer, Layered};
use kysera_core::driver::{Attempt, Driver, TransactionOptions};
use kysera_core::{ErrorKind, Result};
use kysera_sql::compiled::Access;
use kysera_sqlite::Sqlite;
use kysera_sqlite::rusqlite::functions::FunctionFlags;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

async fn with_row() -> InFile {
    let file = in_file(|o| o.readers(2)).await;
    script(&file.db, "create table t (a); insert into t values (1)").await;
    file
}

async fn raw_rows(on: &Sqlite, sql: &str) -> Result<Vec<String>> {
    Ok(db(on, raw(sql)).await?.1)
}

#[tokio::test]
async fn a_raw_select_does_not_wait_for_a_write_transaction() {
    let file = with_row().await;
    let mut writer = file.db.acquire(Access::Write).await.unwrap();
    writer.begin(TransactionOptions::default()).await.unwrap();
    on(&mut *writer, insert("insert into t values (2)")).await.unwrap();
    for sql in ["select a from t", "values (1)", "with x as (select a from t) select a from x"] {
        // The first run opens a reader; then there is one to ask.
        drop(file.db.acquire(Access::Read).await.unwrap());
        assert_eq!(file.db.access(&raw(sql)), Access::Read, "{sql}");
        assert_eq!(raw_rows(&file.db, sql).await.unwrap(), ["1"], "{sql}");
        assert_eq!(on(&mut *writer, raw("select count(*) from t")).await.unwrap().1, ["2"], "its own writes");
    }
    writer.commit().await.unwrap();
    drop(writer);
    assert_eq!(raw_rows(&file.db, "select count(*) from t").await.unwrap(), ["2"]);
    assert_eq!(file.db.status().timeouts, 0);
}

/// A layer that changes nothing.
#[derive(Debug, Clone)]
struct Plain;

impl DriverLayer for Plain {
    type Call = ();
}

#[tokio::test]
async fn a_raw_select_under_a_layer_does_not_wait_for_a_write_transaction() {
    let file = with_row().await;
    let layered = Layered::new(file.db.clone(), Plain);
    drop(file.db.acquire(Access::Read).await.unwrap());
    let mut writer = layered.acquire(Access::Write).await.unwrap();
    writer.begin(TransactionOptions::default()).await.unwrap();
    on(&mut *writer, insert("insert into t values (2)")).await.unwrap();
    let (_, sink) = layered.run(raw("select a from t"), Box::<Taken>::default()).await.unwrap();
    assert_eq!(taken(sink).rows, ["1"]);
    assert_eq!(layered.access(&raw("select a from t")), Access::Read);
    writer.commit().await.unwrap();
}

#[tokio::test]
async fn a_raw_stream_does_not_block_writes() {
    let file = with_row().await;
    let statement = raw(&numbers(100_000));
    drop(file.db.acquire(Access::Read).await.unwrap());
    let mut conn = file.db.acquire(file.db.access(&statement)).await.unwrap();
    let mut stream = conn.stream(statement).await.unwrap();
    assert!(stream.fill(Box::<Taken>::default()).await.unwrap().1, "more rows are to come");
    db(&file.db, insert("insert into t values (2)")).await.unwrap();
    assert!(stream.fill(Box::<Taken>::default()).await.unwrap().1);
    drop(stream);
    drop(conn);
    assert_eq!(raw_rows(&file.db, "select count(*) from t").await.unwrap(), ["2"]);
}

#[tokio::test]
async fn a_raw_read_sees_what_was_written_just_before() {
    let file = with_row().await;
    for n in 2..200 {
        db(&file.db, insert(&format!("insert into t values ({n})"))).await.unwrap();
        assert_eq!(raw_rows(&file.db, "select max(a) from t").await.unwrap(), [n.to_string()]);
    }
}

#[tokio::test]
async fn raw_sql_that_writes_goes_to_the_writer_whatever_it_begins_with() {
    let file = with_row().await;
    let writes = [
        "with x(a) as (values (7)) insert into t select a from x",
        "with x(a) as (values (7)) insert into t select a from x returning a",
        "insert into t values (7)",
    ];
    // Without an open reader, and with one to ask.
    for reader in [false, true] {
        if reader {
            drop(file.db.acquire(Access::Read).await.unwrap());
        }
        for sql in writes {
            assert_eq!(file.db.access(&raw(sql)), Access::Write, "{sql}");
            db(&file.db, raw(sql)).await.unwrap();
        }
    }
    assert_eq!(raw_rows(&file.db, "select count(*) from t where a = 7").await.unwrap(), ["6"]);
}

#[tokio::test]
async fn questions_about_the_last_write_go_to_the_connection_that_made_it() {
    let file = with_row().await;
    drop(file.db.acquire(Access::Read).await.unwrap());
    db(&file.db, insert("insert into t values (2), (3)")).await.unwrap();
    assert_eq!(raw_rows(&file.db, "select changes()").await.unwrap(), ["2"]);
    assert_eq!(raw_rows(&file.db, "select last_insert_rowid()").await.unwrap(), ["3"]);
}

#[tokio::test]
async fn raw_reads_follow_temporary_tables_attached_files_and_settings_to_the_writer() {
    for (set_up, ask, answer) in [
        ("create temp table t as select 5 as a", "select a from t", "5"),
        ("create table x (a); create temp table u as select 6 as a", "select a from u", "6"),
        ("attach ':memory:' as other; create table other.v as select 7 as a", "select a from v", "7"),
        ("pragma case_sensitive_like = on", "select 'A' like 'a'", "0"),
    ] {
        for scripted in [true, false] {
            if !scripted && set_up.contains(';') {
                continue;
            }
            let file = with_row().await;
            drop(file.db.acquire(Access::Read).await.unwrap());
            if scripted {
                script(&file.db, set_up).await;
            } else {
                db(&file.db, raw(set_up)).await.unwrap();
            }
            assert_eq!(raw_rows(&file.db, ask).await.unwrap(), [answer], "{set_up}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_prepared_is_told_once_and_leaves_nothing() {
    let file = with_row().await;
    drop(file.db.acquire(Access::Read).await.unwrap());
    let error = raw_rows(&file.db, "select a from nowhere").await.unwrap_err();
    assert_eq!((error.kind(), error.table()), (ErrorKind::Undefined, Some("nowhere")));
    let error = raw_rows(&file.db, "select a frm t").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Syntax);
    assert_eq!(raw_rows(&file.db, "select a from t").await.unwrap(), ["1"]);
}

#[tokio::test]
async fn a_function_with_side_effects_in_a_raw_select_is_called_once() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let file = in_file(|o| {
        o.on_connect(move |conn| {
            let counted = Arc::clone(&counted);
            conn.create_scalar_function("counted", 0, FunctionFlags::SQLITE_UTF8, move |_| {
                Ok(i64::try_from(counted.fetch_add(1, Relaxed)).unwrap())
            })
        })
    })
    .await;
    for n in 0..3 {
        assert_eq!(raw_rows(&file.db, "select counted()").await.unwrap(), [n.to_string()]);
    }
    assert_eq!(calls.load(Relaxed), 3);
}

#[tokio::test]
async fn a_database_with_one_connection_runs_raw_reads_on_it() {
    let memory = Sqlite::memory().unwrap();
    assert_eq!(memory.access(&raw("select 1")), Access::Write);
    let mut sink = Taken::default();
    assert!(matches!(memory.try_run(&raw("select 1"), &mut sink), Attempt::Done(Ok(_))));
    assert_eq!(sink.rows, ["1"]);
    let held = memory.acquire(Access::Write).await.unwrap();
    assert!(poll_and_drop(1, memory.acquire(Access::Read)).await.is_none());
    drop(held);
    let mut conn = memory.acquire(Access::Read).await.unwrap();
    assert_eq!(run_on(&mut *conn, raw("select 2")).await.unwrap().1, ["2"]);
}
