//! The write-ahead log is copied in the background: it stays bounded, waits for readers and loses nothing.

use crate::common::{InFile, db, foreign, in_file, on, read, rows, run_on, script, with};
use kysera_core::driver::{Driver, TransactionOptions};
use kysera_sql::compiled::{Access, Compiled, StatementKind};
use kysera_sql::value::Value;
use kysera_sqlite::{Sqlite, SqliteOptions, Synchronous};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

const LIMIT: u32 = 20;
const PAGE: u64 = 4096 + 24;

fn a_row(n: i64) -> Compiled {
    with(StatementKind::InsertValues(1), "insert into t values (?, randomblob(2000))", vec![Value::I64(n)])
}

fn log_pages(path: &Path) -> u64 {
    std::fs::metadata(path.with_extension("db-wal")).map_or(0, |log| log.len() / PAGE)
}

async fn limited(tune: impl FnOnce(SqliteOptions) -> SqliteOptions) -> InFile {
    let file = in_file(|o| tune(o.checkpoint_pages(LIMIT).readers(2))).await;
    script(&file.db, "create table t (n integer primary key, filler)").await;
    file
}

async fn write(file: &InFile, numbers: std::ops::Range<i64>) {
    for n in numbers {
        db(&file.db, a_row(n)).await.unwrap();
    }
}

#[tokio::test]
async fn the_log_stays_bounded_under_constant_writes() {
    for exclusive in [false, true] {
        let file = limited(|o| o.exclusive(exclusive)).await;
        write(&file, 0..3000).await;
        let pages = log_pages(&file.path);
        assert!(pages > 0, "there is no log");
        assert!(pages < 10 * u64::from(LIMIT), "the log grew to {pages} pages");
        assert_eq!(rows(&file.db, "select count(*) from t").await, ["3000"]);
    }
}

#[tokio::test]
async fn transactions_and_the_pool_count_too() {
    let file = limited(|o| o.synchronous(Synchronous::Full)).await;
    for n in 0..200 {
        let mut conn = file.db.acquire(Access::Write).await.unwrap();
        conn.begin(TransactionOptions::default()).await.unwrap();
        on(&mut *conn, a_row(2 * n)).await.unwrap();
        on(&mut *conn, a_row(2 * n + 1)).await.unwrap();
        conn.commit().await.unwrap();
    }
    let pages = log_pages(&file.path);
    assert!(pages < 10 * u64::from(LIMIT), "the log grew to {pages} pages");
}

#[tokio::test]
async fn a_long_reader_delays_it() {
    let file = limited(|o| o).await;
    write(&file, 0..10).await;
    let mut reader = file.db.acquire(Access::Read).await.unwrap();
    reader.begin(TransactionOptions::snapshot()).await.unwrap();
    assert_eq!(run_on(&mut *reader, read("select count(*) from t")).await.unwrap().1, ["10"]);
    write(&file, 10..1000).await;
    assert!(log_pages(&file.path) > 990, "the reader still needs its state");
    assert_eq!(run_on(&mut *reader, read("select count(*) from t")).await.unwrap().1, ["10"]);
    reader.commit().await.unwrap();
    drop(reader);
    write(&file, 1000..1200).await;
    let full = log_pages(&file.path);
    write(&file, 1200..2000).await;
    assert_eq!(log_pages(&file.path), full, "the log starts over");
    assert_eq!(rows(&file.db, "select count(*) from t").await, ["2000"]);
    file.db.close().await;
    assert_eq!(log_pages(&file.path), 0, "the last to close removes the log");
    let count: i64 = foreign(&file.path).query_row("select count(*) from t", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 2000);
}

#[tokio::test]
async fn the_log_of_a_long_reader_is_cut_once_it_starts_over() {
    const BYTES: u64 = 200 * 1024;
    for (limit, is_cut) in [(Some(BYTES), true), (None, false)] {
        let file = limited(|o| o.journal_size_limit(limit)).await;
        write(&file, 0..10).await;
        let mut reader = file.db.acquire(Access::Read).await.unwrap();
        reader.begin(TransactionOptions::snapshot()).await.unwrap();
        run_on(&mut *reader, read("select count(*) from t")).await.unwrap();
        write(&file, 10..1000).await;
        drop(reader);
        write(&file, 1000..1200).await;
        let pages = log_pages(&file.path);
        assert_eq!(
            pages <= BYTES / PAGE + 10 * u64::from(LIMIT),
            is_cut,
            "{limit:?}: the log has {pages} pages"
        );
        assert_eq!(rows(&file.db, "select count(*) from t").await, ["1200"]);
    }
}

const CHILD: &str = "KYSERA_SQLITE_TEST_CHILD";

/// Not a test of its own: what [`all_that_was_told_is_there_after_a_kill`] starts and kills.
#[tokio::test]
async fn writes_until_it_is_killed() {
    let Ok(path) = std::env::var(CHILD) else { return };
    let db = Sqlite::connect(SqliteOptions::file(path).checkpoint_pages(LIMIT)).await.unwrap();
    script(&db, "create table t (n integer primary key, filler)").await;
    for n in 0.. {
        crate::common::db(&db, a_row(n)).await.unwrap();
        println!("wrote {n}");
    }
}

#[tokio::test]
async fn all_that_was_told_is_there_after_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("test.db");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "checkpoint::writes_until_it_is_killed", "--nocapture"])
        .env(CHILD, &path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let told = lines.find(|line| line.as_ref().is_ok_and(|line| line == "wrote 500"));
    assert!(told.is_some(), "it ended early");
    child.kill().unwrap();
    child.wait().unwrap();
    let last = lines
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix("wrote ")?.parse::<i64>().ok())
        .last();
    let last = last.unwrap_or(500);
    let db = Sqlite::open(&path).await.unwrap();
    assert_eq!(
        rows(&db, &format!("select count(*) from t where n <= {last}")).await,
        [(last + 1).to_string()]
    );
    assert_eq!(rows(&db, "pragma integrity_check").await, ["ok"]);
}
