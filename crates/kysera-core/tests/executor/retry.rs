//! Transactions that are run again.

use crate::fake::Fake;
use kysera_core::{ErrorKind, QueryExt, raw, retry_on_conflict};

#[tokio::test(start_paused = true)]
async fn a_conflict_runs_the_transaction_again() {
    let fake =
        Fake::new().fail("insert a", ErrorKind::SerializationFailure).fail("commit", ErrorKind::Deadlock);
    let db = fake.db();
    let name = String::from("insert a");
    retry_on_conflict(|| db.transaction(async |tx| raw(name.clone()).execute(tx).await)).await.unwrap();
    assert_eq!(
        fake.log(),
        [
            "begin", "insert a", "rollback", //
            "begin", "insert a", "commit", "rollback", //
            "begin", "insert a", "commit"
        ]
    );
    assert_eq!(fake.committed(), ["insert a"]);
}

#[tokio::test(start_paused = true)]
async fn other_errors_come_back_at_once() {
    for kind in [ErrorKind::UniqueViolation, ErrorKind::CommitUnknown, ErrorKind::TransactionAborted] {
        let fake = Fake::new().fail("commit", kind);
        let db = fake.db();
        let result = retry_on_conflict(|| db.transaction(async |_| Ok(()))).await;
        assert_eq!(result.unwrap_err().kind(), kind);
        assert_eq!(fake.acquired().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_are_counted() {
    for (attempts, expected) in [(0, 1), (1, 1), (3, 3)] {
        let mut fake = Fake::new();
        for _ in 0..5 {
            fake = fake.fail("commit", ErrorKind::SerializationFailure);
        }
        let db = fake.db();
        let result = retry_on_conflict(|| db.transaction(async |_| Ok(()))).attempts(attempts).await;
        let error = result.unwrap_err();
        assert!(error.is_transient());
        assert_eq!(fake.acquired().len(), expected);
        let told = if expected == 1 {
            "it was run once: ".to_owned()
        } else {
            format!("it was run {expected} times: ")
        };
        assert!(error.hint().is_some_and(|hint| hint.starts_with(&told)), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_connection_is_held_during_the_pause() {
    let fake = Fake::single().fail("commit", ErrorKind::SerializationFailure);
    let db = fake.db();
    let retried = retry_on_conflict(|| db.transaction(async |tx| raw("insert a").execute(tx).await));
    let other = async {
        // Runs while the first transaction pauses: there is one connection.
        raw("insert b").execute(&db).await
    };
    let (retried, other) = tokio::join!(retried, other);
    retried.unwrap();
    other.unwrap();
    assert_eq!(fake.committed(), ["insert b", "insert a"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn retrying_works_in_a_spawned_task_with_borrowed_captures() {
    let fake = Fake::new().fail("commit", ErrorKind::Deadlock);
    let db = fake.db();
    let run = tokio::spawn(async move {
        let name = String::from("insert a");
        retry_on_conflict(|| {
            db.transaction(async |tx| {
                let name = &name;
                raw(name.clone()).execute(tx).await?;
                Ok(name.len())
            })
        })
        .attempts(2)
        .await
    });
    assert_eq!(run.await.unwrap().unwrap(), 8);
}
