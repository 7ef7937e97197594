//! A query that outlasts its budget starts again elsewhere and nobody can tell; a write is never cut short.

use crate::common::{
    Taken, count_to, db, ddl, in_file, insert, numbers, on, raw, read, rows, run_on, script, taken, write,
};
use kysera_core::driver::{Attempt, Driver, TransactionOptions};
use kysera_sql::compiled::{Access, Compiled};
use kysera_sqlite::rusqlite::functions::FunctionFlags;
use kysera_sqlite::{Sqlite, SqliteOptions, rusqlite};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

const AN_HOUR: Duration = Duration::from_secs(3600);

fn queries() -> Vec<String> {
    vec![
        "select id, name from person order by id".into(),
        "select count(*), sum(id), min(name) from person".into(),
        "select name, id from person order by name desc, id".into(),
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000) select i, i * i from n".into(),
        "select p.id, count(*) from person p join person q on q.id <= p.id group by p.id".into(),
    ]
}

const FILL: &str = "create table person (id integer primary key, name text);
    with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000)
    insert into person select i, 'name ' || (i * 7919 % 1000) from n";

async fn memory(budget: Duration) -> Sqlite {
    let db = Sqlite::connect(SqliteOptions::memory().budget(budget)).await.unwrap();
    script(&db, FILL).await;
    db
}

#[tokio::test]
async fn a_restarted_query_gives_the_same_rows_once() {
    let (inline, restarted) = (memory(AN_HOUR).await, memory(Duration::ZERO).await);
    let file = in_file(|o| o.budget(Duration::ZERO)).await;
    script(&file.db, FILL).await;
    for sql in queries() {
        let mut sink = Taken::default();
        let attempt = inline.try_run(&read(&sql), &mut sink);
        assert!(matches!(attempt, Attempt::Done(Ok(_))), "an hour is enough for {sql}");
        // The first is interrupted here and started again there; the others start there, by the hint.
        for _ in 0..4 {
            assert_eq!(rows(&restarted, &sql).await, sink.rows, "{sql}");
            assert_eq!(rows(&file.db, &sql).await, sink.rows, "{sql}");
        }
    }
}

#[tokio::test]
async fn the_sink_is_cleared_before_a_restart() {
    let restarted = memory(Duration::ZERO).await;
    let statement = read("select id from person order by id");
    let mut conn = restarted.acquire(Access::Read).await.unwrap();
    let (_, sink) = conn.run(statement, Box::<Taken>::default()).await.unwrap();
    let sink = taken(sink);
    assert_eq!((sink.clears, sink.rows.len()), (1, 1000));
    assert_eq!((sink.rows[0].as_str(), sink.rows[999].as_str()), ("1", "1000"));
}

#[tokio::test]
async fn an_interrupted_query_leaves_its_transaction_alone() {
    let restarted = memory(Duration::ZERO).await;
    let mut conn = restarted.acquire(Access::Write).await.unwrap();
    conn.begin(TransactionOptions::default()).await.unwrap();
    on(&mut *conn, insert("insert into person values (2000, 'new')")).await.unwrap();
    conn.savepoint("kysera_1").await.unwrap();
    on(&mut *conn, insert("insert into person values (2001, 'newer')")).await.unwrap();
    assert_eq!(on(&mut *conn, read(&count_to(100_000))).await.unwrap().1, ["100000"]);
    assert_eq!(on(&mut *conn, read("select count(*) from person")).await.unwrap().1, ["1002"]);
    conn.rollback_to("kysera_1").await.unwrap();
    conn.commit().await.unwrap();
    assert_eq!(on(&mut *conn, read("select max(id) from person")).await.unwrap().1, ["2000"]);
}

/// Writes that take thousands of steps each.
fn writes() -> Vec<Compiled> {
    let many = "with recursive n(i) as (select 5000 union all select i + 1 from n where i < 9000)";
    vec![
        write(&format!("insert into person select i, 'x' from ({many} select i from n)")),
        insert(&format!("insert into person select i + 10000, 'x' from ({many} select i from n)")),
        write("update person set name = name || '!'"),
        write("update person set name = name || '?' where id % 2 = 0 returning id, name"),
        write("delete from person where id > 8000 returning id"),
        ddl("create index by_name on person (name)"),
        raw("delete from person where id % 5 = 0"),
        raw(
            "with gone as (select id from person where id % 7 = 0) delete from person where id in gone returning id",
        ),
        ddl("create table copy as select * from person"),
        raw("vacuum"),
    ]
}

#[tokio::test]
async fn a_write_is_never_interrupted_for_its_budget() {
    let (inline, hurried) = (memory(AN_HOUR).await, memory(Duration::ZERO).await);
    for statement in writes() {
        let expected = db(&inline, statement.clone()).await.unwrap();
        assert_eq!(db(&hurried, statement.clone()).await.unwrap(), expected, "{}", statement.sql);
    }
    let all = "select * from person order by id";
    assert_eq!(rows(&hurried, all).await, rows(&inline, all).await);

    // And in a transaction, where an interrupt would undo everything.
    let hurried = memory(Duration::ZERO).await;
    let mut conn = hurried.acquire(Access::Write).await.unwrap();
    conn.begin(TransactionOptions::default()).await.unwrap();
    for statement in writes().into_iter().filter(|statement| statement.sql != "vacuum") {
        for _ in 0..2 {
            if statement.sql.starts_with("update") {
                on(&mut *conn, statement.clone()).await.unwrap();
            }
        }
        on(&mut *conn, statement).await.unwrap();
    }
    conn.commit().await.unwrap();
}

/// A database whose function `seen(i)` records its argument and returns it.
async fn recording(options: SqliteOptions) -> (Sqlite, Arc<Mutex<Vec<i64>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    let db = Sqlite::connect(options.on_connect(move |conn| {
        let record = Arc::clone(&record);
        conn.create_scalar_function("seen", 1, FunctionFlags::SQLITE_UTF8, move |context| {
            let i: i64 = context.get(0)?;
            record.lock().push(i);
            Ok(i)
        })
    }))
    .await
    .unwrap();
    (db, seen)
}

#[tokio::test]
async fn a_stream_never_starts_again_after_its_first_batch() {
    let dir = tempfile::tempdir().unwrap();
    let (db, seen) = recording(SqliteOptions::file(dir.path().join("a.db")).budget(Duration::ZERO)).await;
    let mut conn = db.acquire(Access::Read).await.unwrap();
    let sql = format!("select seen(i) from ({})", numbers(5000));
    let mut stream = conn.stream(read(&sql)).await.unwrap();
    let (sink, more) = stream.fill(Box::<Taken>::default()).await.unwrap();
    assert!(more);
    let mut all = taken(sink).rows;
    let first: Vec<i64> = seen.lock().clone();
    assert!(first.len() > all.len(), "it started twice before the first batch");
    while all.len() < 5000 {
        let (sink, _) = stream.fill(Box::<Taken>::default()).await.unwrap();
        all.extend(taken(sink).rows);
    }
    assert!(!stream.fill(Box::<Taken>::default()).await.unwrap().1);
    assert_eq!(all, (1..=5000).map(|i| i.to_string()).collect::<Vec<_>>());
    let after = &seen.lock()[first.len()..];
    assert!(after.windows(2).all(|pair| pair[0] < pair[1]), "a row was computed again");
    assert_eq!(after.last(), Some(&5000));
}

#[tokio::test]
async fn raw_sql_that_writes_is_run_once() {
    let (db, seen) = recording(SqliteOptions::memory().budget(Duration::ZERO)).await;
    script(&db, "create table t (a)").await;
    for sql in [
        "insert into t select seen(i) from (with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000) select i from n)",
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000) insert into t select seen(i) from n",
        "pragma table_info(t)",
        "update t set a = seen(a)",
    ] {
        seen.lock().clear();
        crate::common::db(&db, raw(sql)).await.unwrap();
        let expected = if sql.contains("seen") { 5000 } else { 0 };
        // Those after the first two have ten thousand rows.
        let expected = if sql.starts_with("update") { 10_000 } else { expected };
        assert_eq!(seen.lock().len(), expected, "{sql}");
    }
    seen.lock().clear();
    let select = format!("select count(seen(i)) from ({})", numbers(5000));
    assert_eq!(crate::common::db(&db, raw(&select)).await.unwrap().1, ["5000"]);
    assert!(seen.lock().len() > 5000, "a raw query may start again");
}

#[tokio::test]
async fn raw_transaction_control_that_comes_to_the_driver_itself_is_noticed() {
    // The compiler refuses it; who speaks to the driver may send anything.
    let db = memory(AN_HOUR).await;
    let mut conn = db.acquire(Access::Write).await.unwrap();
    conn.begin(TransactionOptions::default()).await.unwrap();
    run_on(&mut *conn, raw("commit")).await.unwrap();
    let behind = run_on(&mut *conn, raw("select 1")).await.unwrap_err();
    assert_eq!(behind.kind(), kysera_core::ErrorKind::TransactionAborted);
    drop(conn);
    let mut conn = db.acquire(Access::Write).await.unwrap();
    run_on(&mut *conn, raw("begin")).await.unwrap();
    drop(conn);
    let mut conn = db.acquire(Access::Write).await.unwrap();
    conn.begin(TransactionOptions::default()).await.unwrap();
    conn.rollback().await.unwrap();
}

#[tokio::test]
async fn what_is_long_starts_on_the_pool_until_it_is_short_again() {
    let length = Arc::new(AtomicU64::new(1_000_000));
    let given = Arc::clone(&length);
    let db = Sqlite::connect(SqliteOptions::memory().on_connect(move |conn| {
        let given = Arc::clone(&given);
        conn.create_scalar_function("length_of_it", 0, FunctionFlags::SQLITE_UTF8, move |_| {
            Ok(i64::try_from(given.load(Relaxed)).unwrap())
        })
    }))
    .await
    .unwrap();
    let sql = "with recursive n(i) as (select 1 union all select i + 1 from n where i < length_of_it()) select count(*) from n";
    let at_once = |db: &Sqlite| matches!(db.try_run(&read(sql), &mut Taken::default()), Attempt::Done(_));
    assert!(!at_once(&db), "it outlasts its budget");
    assert_eq!(rows(&db, sql).await, ["1000000"]);
    length.store(1, Relaxed);
    assert!(!at_once(&db), "it was long");
    // The budget may be missed for want of a processor.
    let mut tries = 0;
    while !at_once(&db) {
        tokio::task::yield_now().await;
        assert_eq!(rows(&db, sql).await, ["1"]);
        tries += 1;
        assert!(tries < 100_000, "it stays on the pool for ever");
    }
}

#[tokio::test]
async fn short_statements_in_a_row_let_others_have_a_turn() {
    let db = Sqlite::memory().unwrap();
    let turns = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&turns);
    let other = tokio::spawn(async move {
        loop {
            counted.fetch_add(1, Relaxed);
            tokio::task::yield_now().await;
        }
    });
    let mut statements = 0;
    while turns.load(Relaxed) < 10 {
        assert_eq!(rows(&db, "select 1").await, ["1"]);
        statements += 1;
        assert!(statements < 500_000, "the other task starves");
    }
    other.abort();
}

#[tokio::test]
async fn collations_and_functions_are_there_on_every_connection() {
    let file = in_file(|o| {
        o.readers(2).on_connect(|conn: &mut rusqlite::Connection| {
            conn.create_collation("backwards", |a, b| b.cmp(a))?;
            conn.create_scalar_function("twice", 1, FunctionFlags::SQLITE_DETERMINISTIC, |c| {
                Ok(c.get::<i64>(0)? * 2)
            })
        })
    })
    .await;
    script(&file.db, "create table t (a text collate backwards); insert into t values ('a'), ('b')").await;
    let first = file.db.acquire(Access::Read).await.unwrap();
    let mut second = file.db.acquire(Access::Read).await.unwrap();
    assert_eq!(
        on(&mut *second, read("select a, twice(2) from t order by a")).await.unwrap().1,
        ["b|4", "a|4"]
    );
    drop(first);
}
