//! Statements sent together.

use crate::fake::{Fake, Number};
use kysera_core::{ErrorKind, QueryExt, Result, raw};

const ALL: &str = "select n from t";
const ONE: &str = "select n from t where n = 1";

#[tokio::test]
async fn results_come_typed_and_in_order() {
    let fake = Fake::new().rows(ALL, &[1, 2]).rows(ONE, &[1]);
    let db = fake.db();
    let (all, one, none, first, done) = db
        .pipeline()
        .fetch_all(raw(ALL).rows::<Number>())
        .fetch_one(raw(ONE).rows::<Number>())
        .fetch_optional(raw("select nothing").rows::<Number>())
        .fetch_first(raw(ALL).rows::<Number>())
        .execute(raw("insert a"))
        .run()
        .await
        .unwrap();
    assert_eq!(all, [Number(1), Number(2)]);
    assert_eq!((one, none, first), (Number(1), None, Some(Number(1))));
    assert_eq!(done.rows_affected, 1);
    assert_eq!(fake.log(), [ALL, ONE, "select nothing", ALL, "insert a"]);
    assert_eq!(fake.acquired().len(), 1);
}

#[tokio::test]
async fn the_first_error_is_the_one_that_counts() {
    let fake = Fake::new().fail("insert b", ErrorKind::UniqueViolation);
    let result: Result<()> = fake
        .db()
        .transaction(async |tx| {
            let run =
                tx.pipeline().execute(raw("insert a")).execute(raw("insert b")).execute(raw("insert c"));
            run.run().await.map(|_| ())
        })
        .await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::UniqueViolation);
    assert_eq!(fake.log(), ["begin", "insert a", "insert b", "rollback"]);
    assert!(fake.committed().is_empty());
}

#[tokio::test]
async fn nothing_is_sent_when_one_statement_cannot_be_written() {
    let fake = Fake::new();
    let result = fake.db().pipeline().execute(raw("insert a")).execute(raw("{}")).run().await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidQuery);
    assert!(fake.log().is_empty());
}

#[tokio::test]
async fn a_missing_row_is_an_error_of_the_pipeline() {
    let fake = Fake::new();
    let result = fake.db().pipeline().fetch_one(raw(ONE).rows::<Number>()).run().await;
    assert!(result.unwrap_err().is_not_found());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipeline_runs_in_a_spawned_task() {
    let db = Fake::new().db();
    let run = tokio::spawn(async move {
        db.transaction(async |tx| {
            let (done,) = tx.pipeline().execute(raw("insert a")).run().await?;
            raw("insert b").execute(tx).await?;
            Ok(done.rows_affected)
        })
        .await
    });
    assert_eq!(run.await.unwrap().unwrap(), 1);
}
