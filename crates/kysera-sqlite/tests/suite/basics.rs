//! What a first program does: tables, rows, values, transactions, in memory and in a file.

use crate::common::{
    self, Taken, count_to, ddl, in_file, insert, numbers, on, raw, read, rows, script, taken, with, write,
};
use kysera_core::ErrorKind;
use kysera_core::driver::{Attempt, Driver, Isolation, TransactionOptions};
use kysera_sql::compiled::{Access, StatementKind};
use kysera_sql::value::{SqlType, Value};
use kysera_sqlite::{Journal, Sqlite, SqliteOptions, Synchronous};

async fn memory() -> Sqlite {
    let db = Sqlite::memory().unwrap();
    script(&db, "create table person (id integer primary key, name text not null unique, age integer check (age >= 0))")
        .await;
    db
}

#[tokio::test]
async fn a_short_statement_runs_at_once() {
    let db = memory().await;
    let mut sink = Taken::default();
    let statement = with(
        StatementKind::InsertValues(2),
        "insert into person (name, age) values (?, ?), (?, ?)",
        vec![Value::Text("ann".into()), Value::I32(7), Value::Text("bob".into()), Value::Null(SqlType::I32)],
    );
    let Attempt::Done(Ok(outcome)) = db.try_run(&statement, &mut sink) else { panic!("it did not run") };
    assert_eq!((outcome.rows_affected, outcome.last_insert_id), (2, Some(2)));
    let statement = with(
        StatementKind::Read,
        "select id, name, age from person where id > ? order by id",
        vec![Value::I64(0)],
    );
    let Attempt::Done(Ok(outcome)) = db.try_run(&statement, &mut sink) else { panic!("it did not run") };
    assert_eq!(outcome.rows_affected, 0);
    assert_eq!(sink.rows, ["1|ann|7", "2|bob|null"]);
}

#[tokio::test]
async fn counts_and_keys() {
    let db = memory().await;
    for name in ["ann", "bob", "cid"] {
        let sql = format!("insert into person (name) values ('{name}')");
        common::db(&db, insert(&sql)).await.unwrap();
    }
    let (outcome, _) = common::db(&db, write("update person set age = 1 where id < 3")).await.unwrap();
    assert_eq!((outcome.rows_affected, outcome.last_insert_id), (2, None));
    let (outcome, _) = common::db(&db, ddl("create table empty (a)")).await.unwrap();
    assert_eq!(outcome.rows_affected, 0, "a count of an earlier statement");
    let (outcome, _) = common::db(&db, raw("create table empty2 (a)")).await.unwrap();
    assert_eq!(outcome.rows_affected, 0, "a count of an earlier statement");
    let upsert = "insert into person (name) values ('ann') on conflict (name) do update set age = 5";
    let (outcome, _) = common::db(&db, insert(upsert)).await.unwrap();
    assert_eq!((outcome.rows_affected, outcome.last_insert_id), (1, None), "nothing was inserted");
    let (outcome, _) =
        common::db(&db, insert("insert or ignore into person (name) values ('ann')")).await.unwrap();
    assert_eq!((outcome.rows_affected, outcome.last_insert_id), (0, None));
    let (outcome, _) = common::db(&db, raw("INSERT INTO person (name) VALUES ('dan')")).await.unwrap();
    assert_eq!((outcome.rows_affected, outcome.last_insert_id), (1, Some(4)));
}

#[tokio::test]
async fn every_kind_of_cell() {
    let db = Sqlite::memory().unwrap();
    let all = vec![
        Value::Bool(true),
        Value::I64(i64::MIN),
        Value::U64(i64::MAX as u64),
        Value::F64(f64::INFINITY),
        Value::Text("a\0b".into()),
        Value::Bytes(Box::new([0, 255])),
        Value::Uuid([1; 16]),
        Value::Timestamp(0),
        Value::Null(SqlType::Text),
    ];
    let sql = "select ?, ?, ?, ?, ?, ?, ?, ?, ?";
    let (_, rows) = common::db(&db, with(StatementKind::Read, sql, all)).await.unwrap();
    assert_eq!(
        rows,
        [format!(
            "1|{}|{}|inf|a\0b|[0, 255]|{:?}|1970-01-01 00:00:00.000000|null",
            i64::MIN,
            i64::MAX,
            [1; 16]
        )]
    );
    for columns in [1, 4, 5, 8, 9, 16, 17, 60] {
        let sql = format!("select {}", (0..columns).map(|n| n.to_string()).collect::<Vec<_>>().join(", "));
        let expected: Vec<_> = (0..columns).map(|n| n.to_string()).collect();
        assert_eq!(common::rows(&db, &sql).await, [expected.join("|")]);
    }
}

#[tokio::test]
async fn what_sqlite_cannot_store_is_refused() {
    let db = Sqlite::memory().unwrap();
    for value in [Value::U64(u64::MAX), Value::F64(f64::NAN), Value::F32(f32::NAN)] {
        let error = common::db(&db, with(StatementKind::Read, "select 1, ?", vec![value])).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue);
        assert!(error.to_string().starts_with("parameter 1: cannot bind"), "{error}");
    }
    for params in [vec![], vec![Value::I64(1), Value::I64(2)]] {
        let error = common::db(&db, with(StatementKind::Read, "select ?", params)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery);
    }
    let error = common::db(&db, read("select cast(x'ff' as text)")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "text that is not utf-8");
}

#[tokio::test]
async fn transactions_commit_roll_back_and_nest() {
    let in_memory = memory().await;
    let file = in_file(|o| o).await;
    let full = in_file(|o| o.synchronous(Synchronous::Full)).await;
    let journal = in_file(|o| o.journal(Journal::Delete)).await;
    let exclusive = in_file(|o| o.exclusive(true)).await;
    for db in [&in_memory, &file.db, &full.db, &journal.db, &exclusive.db] {
        script(db, "create table if not exists person (id integer primary key, name text)").await;
        let mut conn = db.acquire(Access::Write).await.unwrap();
        conn.begin(TransactionOptions::default()).await.unwrap();
        on(&mut *conn, insert("insert into person (name) values ('a')")).await.unwrap();
        conn.savepoint("kysera_1").await.unwrap();
        on(&mut *conn, insert("insert into person (name) values ('b')")).await.unwrap();
        conn.rollback_to("kysera_1").await.unwrap();
        conn.savepoint("kysera_1").await.unwrap();
        on(&mut *conn, insert("insert into person (name) values ('c')")).await.unwrap();
        conn.release("kysera_1").await.unwrap();
        conn.commit().await.unwrap();
        conn.begin(TransactionOptions::default()).await.unwrap();
        on(&mut *conn, insert("insert into person (name) values ('d')")).await.unwrap();
        conn.rollback().await.unwrap();
        conn.begin(TransactionOptions::default()).await.unwrap();
        on(&mut *conn, insert("insert into person (name) values ('e')")).await.unwrap();
        drop(conn);
        assert_eq!(rows(db, "select name from person order by name").await, ["a", "c"], "{db:?}");
    }
}

#[tokio::test]
async fn a_read_only_transaction_sees_one_state_and_writes_nothing() {
    let file = in_file(|o| o).await;
    script(&file.db, "create table t (a); insert into t values (1)").await;
    let mut reader = file.db.acquire(Access::Read).await.unwrap();
    reader.begin(TransactionOptions::snapshot()).await.unwrap();
    assert_eq!(on(&mut *reader, read("select count(*) from t")).await.unwrap().1, ["1"]);
    common::db(&file.db, insert("insert into t values (2)")).await.unwrap();
    assert_eq!(on(&mut *reader, read("select count(*) from t")).await.unwrap().1, ["1"]);
    reader.commit().await.unwrap();
    assert_eq!(on(&mut *reader, read("select count(*) from t")).await.unwrap().1, ["2"]);

    for db in [&file.db, &Sqlite::memory().unwrap()] {
        script(db, "create table if not exists t (a)").await;
        let mut writer = db.acquire(Access::Write).await.unwrap();
        writer.begin(TransactionOptions::default().read_only()).await.unwrap();
        let error = on(&mut *writer, insert("insert into t values (3)")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ReadOnly);
        writer.rollback().await.unwrap();
        on(&mut *writer, insert("insert into t values (3)")).await.expect("it may write again");
        writer.begin(TransactionOptions::snapshot()).await.unwrap();
        writer.commit().await.unwrap();
        on(&mut *writer, insert("insert into t values (3)")).await.expect("it may write again");
        writer.begin(TransactionOptions::default().read_only()).await.unwrap();
        drop(writer);
        common::db(db, insert("insert into t values (4)")).await.expect("it may write again");
    }
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let file = in_file(|o| o).await;
    script(&file.db, "create table t (a)").await;
    let mut reader = file.db.acquire(Access::Read).await.unwrap();
    let error = on(&mut *reader, insert("insert into t values (1)")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReadOnly);
    let error = reader.begin(TransactionOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReadOnly);
}

#[tokio::test]
async fn every_isolation_level_is_honoured() {
    let db = Sqlite::memory().unwrap();
    for level in [
        Isolation::ReadUncommitted,
        Isolation::ReadCommitted,
        Isolation::RepeatableRead,
        Isolation::Snapshot,
        Isolation::Serializable,
    ] {
        let mut conn = db.acquire(Access::Write).await.unwrap();
        conn.begin(TransactionOptions::default().isolation(level)).await.unwrap();
        conn.commit().await.unwrap();
    }
}

#[tokio::test]
async fn misuse_is_told() {
    let db = memory().await;
    let mut conn = db.acquire(Access::Write).await.unwrap();
    assert_eq!(conn.commit().await.unwrap_err().kind(), ErrorKind::InvalidQuery);
    assert_eq!(conn.savepoint("a").await.unwrap_err().kind(), ErrorKind::InvalidQuery);
    conn.rollback().await.expect("there is nothing to roll back");
    conn.begin(TransactionOptions::default()).await.unwrap();
    assert_eq!(conn.begin(TransactionOptions::default()).await.unwrap_err().kind(), ErrorKind::InvalidQuery);
    conn.rollback().await.unwrap();
    assert_eq!(on(&mut *conn, raw("-- nothing")).await.unwrap_err().kind(), ErrorKind::InvalidQuery);
    assert_eq!(on(&mut *conn, raw("select 1; select 2")).await.unwrap_err().kind(), ErrorKind::InvalidQuery);
}

#[tokio::test]
async fn scripts() {
    let db = memory().await;
    let mut conn = db.acquire(Access::Write).await.unwrap();
    conn.run_script("begin; insert into person (name) values ('a'); commit;").await.unwrap();
    let error = conn.run_script("begin; insert into person (name) values ('b')").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidQuery);
    let error = conn
        .run_script("insert into person (name) values ('c'); insert into nowhere values (1)")
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.table()), (ErrorKind::Undefined, Some("nowhere")));
    conn.begin(TransactionOptions::default()).await.unwrap();
    let error = conn.run_script("insert into person (name) values ('d'); commit").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TransactionAborted);
    assert_eq!(on(&mut *conn, read("select 1")).await.unwrap_err().kind(), ErrorKind::TransactionAborted);
    // A rollback said that all was undone.
    assert_eq!(conn.rollback().await.unwrap_err().kind(), ErrorKind::TransactionAborted);
    conn.rollback().await.unwrap();
    assert_eq!(on(&mut *conn, read("select name from person")).await.unwrap().1, ["a", "c", "d"]);
}

#[tokio::test]
async fn a_file_is_kept_and_may_be_opened_read_only() {
    let file = in_file(|o| o).await;
    script(&file.db, "create table t (a); insert into t values (1)").await;
    file.db.close().await;
    assert_eq!(common::db(&file.db, read("select 1")).await.unwrap_err().kind(), ErrorKind::ConnectionClosed);

    let url = format!("sqlite:{}?mode=ro", file.path.display());
    let db = Sqlite::open(&url).await.unwrap();
    assert_eq!(rows(&db, "select a from t").await, ["1"]);
    let error = common::db(&db, insert("insert into t values (2)")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReadOnly);
    let mut conn = db.acquire(Access::Write).await.unwrap();
    assert_eq!(conn.begin(TransactionOptions::default()).await.unwrap_err().kind(), ErrorKind::ReadOnly);
}

#[tokio::test]
async fn a_missing_file_is_not_a_missing_table() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("none.db");
    let error = Sqlite::connect(SqliteOptions::file(&path).create(false)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DatabaseNotFound);
    assert!(error.to_string().contains("none.db") && error.to_string().contains("check the path"), "{error}");
    let error = Sqlite::open(dir.path().join("no/such/dir.db")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
    assert!(error.to_string().contains("create the directory"), "{error}");
    std::fs::write(&path, "this is not a database, but long enough to be looked at").unwrap();
    for options in [SqliteOptions::file(&path), SqliteOptions::file(&path).read_only(true)] {
        assert_eq!(Sqlite::connect(options).await.unwrap_err().kind(), ErrorKind::Storage);
    }
    let db = Sqlite::memory().unwrap();
    let error = common::db(&db, read("select * from pet")).await.unwrap_err();
    assert_eq!((error.kind(), error.table()), (ErrorKind::Undefined, Some("pet")));
}

#[tokio::test]
async fn a_misspelt_column_is_an_error_and_not_a_text() {
    let db = memory().await;
    let error = common::db(&db, read(r#"select "nmae" from "person""#)).await.unwrap_err();
    assert_eq!((error.kind(), error.columns()), (ErrorKind::Undefined, &["nmae".to_owned()][..]));
}

#[tokio::test]
async fn constraints_say_what_they_are_about() {
    let db = memory().await;
    script(
        &db,
        "create table pet (
           owner integer references person (id) deferrable initially deferred,
           name text constraint named check (length(name) > 1),
           primary key (owner, name)
         ) strict;
         insert into person (id, name) values (1, 'secret')",
    )
    .await;
    let failed = async |sql: &str| common::db(&db, insert(sql)).await.unwrap_err();
    let error = failed("insert into person (name) values ('secret')").await;
    assert_eq!(
        (error.kind(), error.table(), error.columns()),
        (ErrorKind::UniqueViolation, Some("person"), &["name".to_owned()][..])
    );
    assert!(!error.to_string().contains("secret"), "{error}");
    assert_eq!(error.code(), Some("2067"));
    assert_eq!(failed("insert into person (id, name) values (1, 'x')").await.code(), Some("1555"));
    let error = failed("insert into person (name) values (null)").await;
    assert_eq!((error.kind(), error.columns()), (ErrorKind::NotNullViolation, &["name".to_owned()][..]));
    assert_eq!(
        failed("insert into person (name, age) values ('x', -1)").await.kind(),
        ErrorKind::CheckViolation
    );
    assert_eq!(failed("insert into pet values (1, 'x')").await.constraint(), Some("named"));
    assert_eq!(failed("insert into pet values ('x', 'xx')").await.kind(), ErrorKind::InvalidValue);
    common::db(&db, insert("insert into pet values (1, 'rex')")).await.unwrap();
    let error = failed("insert into pet values (1, 'rex')").await;
    assert_eq!(error.columns(), ["owner", "name"]);
    assert_eq!(failed("insert into pet values (9, 'rex')").await.kind(), ErrorKind::ForeignKeyViolation);

    let mut conn = db.acquire(Access::Write).await.unwrap();
    conn.begin(TransactionOptions::default()).await.unwrap();
    on(&mut *conn, insert("insert into pet values (9, 'rex')")).await.unwrap();
    assert_eq!(conn.commit().await.unwrap_err().kind(), ErrorKind::ForeignKeyViolation);
    conn.rollback().await.expect("a failed commit has rolled back");
    assert_eq!(on(&mut *conn, read("select count(*) from pet")).await.unwrap().1, ["1"]);
}

#[tokio::test]
async fn a_stream_gives_every_row_once() {
    let file = in_file(|o| o).await;
    let in_memory = Sqlite::memory().unwrap();
    for db in [&file.db, &in_memory] {
        for n in [0, 1, 255, 256, 257, 100_000] {
            let mut conn = db.acquire(Access::Read).await.unwrap();
            let mut stream =
                conn.stream(read(&format!("select i from ({}) limit {n}", numbers(n + 1)))).await.unwrap();
            let mut seen = 0;
            loop {
                let (sink, more) = stream.fill(Box::<Taken>::default()).await.unwrap();
                for row in taken(sink).rows {
                    seen += 1;
                    assert_eq!(row, seen.to_string());
                }
                if !more {
                    break;
                }
            }
            assert_eq!(seen, n);
            drop(stream);
            assert_eq!(on(&mut *conn, read("select 1")).await.unwrap().1, ["1"]);
        }
    }
}

#[test]
fn works_without_a_runtime() {
    fn now<T>(future: impl Future<Output = T>) -> T {
        let mut future = std::pin::pin!(future);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        loop {
            if let std::task::Poll::Ready(done) = future.as_mut().poll(&mut context) {
                return done;
            }
        }
    }
    let db = Sqlite::memory().unwrap();
    now(script(&db, "create table t (a)"));
    let mut conn = now(db.acquire(Access::Write)).unwrap();
    now(conn.begin(TransactionOptions::default())).unwrap();
    now(on(&mut *conn, insert("insert into t values (1)"))).unwrap();
    drop(conn);
    assert_eq!(now(rows(&db, "select count(*) from t")), ["0"]);
    assert_eq!(now(rows(&db, &count_to(1_000_000))), ["1000000"]);
}

#[tokio::test]
async fn paths_that_mean_something_to_sqlite() {
    let db = Sqlite::open(":memory:").await.unwrap();
    script(&db, "create table t (a)").await;
    assert_eq!(rows(&db, "select count(*) from t").await, ["0"], "one database, not one for each connection");
    assert_eq!(Sqlite::open("").await.unwrap_err().kind(), ErrorKind::Configuration);
    let error = Sqlite::open("file:none?mode=memory/x.db").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed, "a path, not a uri with parameters");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_was_deleted_is_told() {
    let file = in_file(|o| o.journal(Journal::Delete)).await;
    script(&file.db, "create table t (a)").await;
    std::fs::remove_file(&file.path).unwrap();
    let error = common::db(&file.db, insert("insert into t values (1)")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
}
