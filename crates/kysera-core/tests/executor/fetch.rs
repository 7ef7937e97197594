//! QueryExt outside transactions.

use crate::fake::{Fake, Number};
use kysera_core::{ErrorKind, Executor, QueryExt, raw, script};
use kysera_sql::dialect::Postgres;
use std::sync::Arc;

const ALL: &str = "select n from t";

/// Both ways through the executor: at once, and with waits.
fn both_ways(prepare: impl Fn(Fake) -> Fake) -> [Fake; 2] {
    [prepare(Fake::new()), prepare(Fake::new().inline())]
}

#[tokio::test]
async fn rows_come_back_typed_and_in_order() {
    for fake in both_ways(|fake| fake.rows(ALL, &[1, 2, 3])) {
        let rows = raw(ALL).rows::<Number>().fetch_all(&fake.db()).await.unwrap();
        assert_eq!(rows, [Number(1), Number(2), Number(3)]);
        assert_eq!(fake.log(), [ALL]);
        assert_eq!(fake.free(), 10);
    }
}

#[tokio::test]
async fn fetch_one_wants_exactly_one_row() {
    for (rows, expected) in [
        (&[][..], Err(ErrorKind::NotFound)),
        (&[5], Ok(Number(5))),
        (&[5, 6], Err(ErrorKind::TooManyRows)),
        (&[5, 6, 7], Err(ErrorKind::TooManyRows)),
    ] {
        for fake in both_ways(|fake| fake.rows(ALL, rows)) {
            let one = raw(ALL).rows::<Number>().fetch_one(&fake.db()).await;
            assert_eq!(one.map_err(|error| error.kind()), expected, "{rows:?}");
            assert_eq!(fake.given(), rows.len().min(2));
        }
    }
}

#[tokio::test]
async fn fetch_optional_takes_none_or_one() {
    for (rows, expected) in
        [(&[][..], Ok(None)), (&[5], Ok(Some(Number(5)))), (&[5, 6], Err(ErrorKind::TooManyRows))]
    {
        for fake in both_ways(|fake| fake.rows(ALL, rows)) {
            let optional = raw(ALL).rows::<Number>().fetch_optional(&fake.db()).await;
            assert_eq!(optional.map_err(|error| error.kind()), expected, "{rows:?}");
        }
    }
}

#[tokio::test]
async fn fetch_first_reads_no_further() {
    // The second row cannot be read as a `Number`.
    for fake in both_ways(|fake| fake.rows(ALL, &[5, -1])) {
        let first = raw(ALL).rows::<Number>().fetch_first(&fake.db()).await.unwrap();
        assert_eq!(first, Some(Number(5)));
        assert_eq!(fake.given(), 1);
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_an_error() {
    for fake in both_ways(|fake| fake.rows(ALL, &[5, -1])) {
        let error = raw(ALL).rows::<Number>().fetch_all(&fake.db()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(fake.free(), 10);
    }
}

#[tokio::test]
async fn execute_says_what_was_done() {
    for fake in both_ways(|fake| fake) {
        let outcome = raw("insert a").execute(&fake.db()).await.unwrap();
        assert_eq!((outcome.rows_affected, outcome.last_insert_id), (1, Some(7)));
        assert_eq!(fake.committed(), ["insert a"]);
    }
}

#[tokio::test]
async fn the_error_of_the_database_comes_through() {
    for fake in both_ways(|fake| fake.fail("insert a", ErrorKind::UniqueViolation)) {
        let error = raw("insert a").execute(&fake.db()).await.unwrap_err();
        assert!(error.is_unique_violation());
        assert!(fake.committed().is_empty());
    }
}

#[tokio::test]
async fn a_query_that_cannot_be_built_is_not_sent() {
    let fake = Fake::new();
    for wrong in [raw("select {}"), raw("select {}").bind(1).bind("b"), raw("select {")] {
        let error = wrong.execute(&fake.db()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery);
    }
    assert!(fake.log().is_empty());
    assert!(fake.acquired().is_empty());
}

#[tokio::test]
async fn a_query_polled_after_its_result_does_not_run_again() {
    for fake in both_ways(|fake| fake) {
        let db = fake.db();
        let mut query = raw("insert a").execute(&db);
        (&mut query).await.unwrap();
        assert_eq!((&mut query).await.unwrap_err().kind(), ErrorKind::Internal);
        assert_eq!(fake.committed(), ["insert a"]);
    }
}

#[tokio::test]
async fn nothing_happens_before_the_first_poll() {
    let fake = Fake::new().inline();
    let db = fake.db();
    drop(raw("insert a").execute(&db));
    assert!(fake.log().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_run_in_spawned_tasks() {
    async fn generic(on: &impl Executor) -> usize {
        raw(ALL).rows::<Number>().fetch_all(on).await.unwrap().len()
    }
    let fake = Fake::new().rows(ALL, &[1, 2]);
    let db = Arc::new(fake.db());
    let counted = tokio::spawn(async move { generic(&db).await + generic(&*db).await }).await.unwrap();
    assert_eq!(counted, 4);
}

#[tokio::test]
async fn a_plan_is_asked_for_and_nothing_is_run() {
    let fake = Fake::new();
    let plan = raw("insert a").explain(&fake.db()).await.unwrap();
    assert_eq!(plan, "");
    assert_eq!(fake.log(), ["explain query plan insert a"]);
    assert!(fake.committed().is_empty());
}

#[tokio::test]
async fn a_script_runs_on_one_connection() {
    let fake = Fake::new();
    let db = fake.db();
    script("create a; create b").run(&db).await.unwrap();
    db.transaction(async |tx| script("create c").run(tx).await).await.unwrap();
    assert_eq!(fake.log(), ["create a; create b", "begin", "create c", "commit"]);
    assert_eq!(fake.free(), 10);
}

#[test]
fn sql_can_be_seen_without_a_database() {
    let compiled = raw("select {} + {{1}}").bind(7_i64).to_sql(&Postgres::default()).unwrap();
    assert_eq!((compiled.sql.as_str(), compiled.params.len()), ("select $1 + {1}", 1));
}
