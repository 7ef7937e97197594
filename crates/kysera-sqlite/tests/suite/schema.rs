//! Cached statements when the schema changes, when there are many, and when one text is live twice.

use crate::common::{Taken, in_file, on, raw, read, rows, run_on, script, taken, with};
use kysera_core::driver::Driver;
use kysera_sql::compiled::{Access, StatementKind};
use kysera_sqlite::{Sqlite, SqliteOptions};
use std::time::Duration;

#[tokio::test]
async fn a_cached_statement_sees_a_changed_table() {
    let file = in_file(|o| o.readers(2)).await;
    let in_memory = Sqlite::memory().unwrap();
    for db in [&file.db, &in_memory] {
        script(db, "create table t (a); insert into t values (1)").await;
        assert_eq!(rows(db, "select * from t").await, ["1"]);
        script(db, "alter table t add column b default 2").await;
        assert_eq!(rows(db, "select * from t").await, ["1|2"]);
        let mut conn = db.acquire(Access::Read).await.unwrap();
        assert_eq!(run_on(&mut *conn, read("select * from t")).await.unwrap().1, ["1|2"]);
        drop(conn);
        script(db, "drop table t; create table t (x, y, z); insert into t values (7, 8, 9)").await;
        assert_eq!(rows(db, "select * from t").await, ["7|8|9"]);
        script(db, "drop table t").await;
        assert!(crate::common::db(db, read("select * from t")).await.is_err());
    }
}

#[tokio::test]
async fn a_streamed_statement_sees_a_changed_table() {
    let file = in_file(|o| o.budget(Duration::ZERO).readers(1)).await;
    let sql = "select t.*, i from t, (with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000) select i from n)";
    for (change, first) in
        [("create table t (a); insert into t values (1)", "1|1"), ("alter table t add column b", "1|null|1")]
    {
        script(&file.db, change).await;
        let mut conn = file.db.acquire(Access::Read).await.unwrap();
        let mut stream = conn.stream(read(sql)).await.unwrap();
        let (sink, more) = stream.fill(Box::<Taken>::default()).await.unwrap();
        assert!(more);
        assert_eq!(taken(sink).rows[0], first);
    }
}

#[tokio::test]
async fn more_statements_than_the_cache_holds() {
    let db = Sqlite::connect(SqliteOptions::memory().statement_cache(0)).await.unwrap();
    for round in 0..3 {
        for n in 0..1000 {
            assert_eq!(rows(&db, &format!("select {n}, {round}")).await, [format!("{n}|{round}")]);
        }
    }
}

/// A statement that was stopped half way, interrupted or refused its parameters is as new the next time.
#[tokio::test]
async fn a_statement_is_clean_when_it_is_taken_again() {
    let db = Sqlite::connect(SqliteOptions::memory()).await.unwrap();
    let sql = crate::common::numbers(10);
    for most in [Some(3), None, Some(1), None] {
        let mut sink = Taken { most, ..Taken::default() };
        let attempt = db.try_run(&read(&sql), &mut sink);
        if matches!(attempt, kysera_core::driver::Attempt::Done(Ok(_))) {
            assert_eq!(sink.rows.len(), most.unwrap_or(10));
        }
    }
    let two = |params| with(StatementKind::Read, "select ?1, ?2", params);
    use kysera_sql::value::Value::{F64, I64};
    assert!(crate::common::db(&db, two(vec![I64(1), F64(f64::NAN)])).await.is_err());
    assert_eq!(crate::common::db(&db, two(vec![I64(3), I64(4)])).await.unwrap().1, ["3|4"]);
}

#[tokio::test]
async fn what_a_tenant_leaves() {
    let file = in_file(|o| o.readers(1)).await;
    let mut conn = file.db.acquire(Access::Write).await.unwrap();
    on(&mut *conn, raw("create temp table mine (a)")).await.unwrap();
    drop(conn);
    let mut conn = file.db.acquire(Access::Write).await.unwrap();
    // Temporary tables belong to the connection: as documented, they stay.
    on(&mut *conn, raw("drop table mine")).await.unwrap();
}
