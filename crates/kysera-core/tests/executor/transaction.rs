//! Transactions: what is sent, what stays, and which errors come back.

use crate::fake::{Fake, Number};
use kysera_core::driver::{Isolation, TransactionOptions};
use kysera_core::{Db, Error, ErrorKind, QueryExt, Result, Transaction, raw};
use kysera_sql::compiled::Access;
use std::sync::{Arc, Mutex};

fn no() -> Error {
    Error::new(ErrorKind::Application, "no")
}

async fn insert_a_and_b(db: &Db) -> Result<()> {
    db.transaction(async |tx| {
        raw("insert a").execute(tx).await?;
        raw("insert b").execute(tx).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn ok_commits() {
    for fake in [Fake::new(), Fake::new().inline()] {
        insert_a_and_b(&fake.db()).await.unwrap();
        assert_eq!(fake.log(), ["begin", "insert a", "insert b", "commit"]);
        assert_eq!(fake.committed(), ["insert a", "insert b"]);
        assert_eq!((fake.acquired(), fake.free()), (vec![Access::Write], 10));
    }
}

#[tokio::test]
async fn err_rolls_back() {
    let fake = Fake::new();
    let db = fake.db();
    let result: Result<()> = db
        .transaction(async |tx| {
            raw("insert a").execute(tx).await?;
            Err(no())
        })
        .await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Application);
    assert_eq!(fake.log(), ["begin", "insert a", "rollback"]);
    assert!(fake.committed().is_empty());
}

#[tokio::test]
async fn both_errors_are_kept_when_the_rollback_fails_too() {
    let fake = Fake::new().fail("rollback", ErrorKind::ConnectionClosed);
    let result: Result<()> = fake.db().transaction(async |_| Err(no())).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Application);
    assert_eq!(error.rollback_error().map(Error::kind), Some(ErrorKind::ConnectionClosed));
    assert_eq!(error.to_string(), "no (and the rollback failed: rollback failed)");
    assert_eq!(fake.free(), 10);
}

#[tokio::test]
async fn a_failed_begin_runs_nothing() {
    let fake = Fake::new().fail("begin", ErrorKind::Unsupported);
    let error = insert_a_and_b(&fake.db()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(fake.log(), ["begin"]);
    assert_eq!(fake.free(), 10);
}

#[tokio::test]
async fn a_commit_that_rolled_back_or_got_no_answer_is_left_at_that() {
    for kind in [ErrorKind::RolledBack, ErrorKind::CommitUnknown, ErrorKind::ConnectionClosed] {
        let fake = Fake::new().fail("commit", kind);
        assert_eq!(insert_a_and_b(&fake.db()).await.unwrap_err().kind(), kind);
        assert_eq!(fake.log().last().map(String::as_str), Some("rolled back by drop"));
    }
}

#[tokio::test]
async fn a_commit_that_failed_is_rolled_back() {
    let fake = Fake::new()
        .fail("commit", ErrorKind::ForeignKeyViolation)
        .fail("rollback", ErrorKind::ConnectionClosed);
    let error = insert_a_and_b(&fake.db()).await.unwrap_err();
    assert!(error.is_foreign_key_violation());
    assert!(error.rollback_error().is_some());
    assert_eq!(fake.log()[3..], ["commit", "rollback", "rolled back by drop"]);
    assert!(fake.committed().is_empty());
}

#[tokio::test]
async fn a_swallowed_error_lets_the_database_decide() {
    let fake = Fake::new().fail("insert a", ErrorKind::UniqueViolation);
    fake.db()
        .transaction(async |tx| {
            assert!(raw("insert a").execute(tx).await.is_err());
            raw("insert b").execute(tx).await
        })
        .await
        .unwrap();
    assert_eq!(fake.committed(), ["insert b"]);
}

#[tokio::test]
async fn options_reach_the_driver() {
    let fake = Fake::new();
    let db = fake.db();
    let options = TransactionOptions::default().isolation(Isolation::Serializable).read_only();
    db.transaction_with(options, async |_| Ok(())).await.unwrap();
    db.read(async |_| Ok(())).await.unwrap();
    assert_eq!(fake.log(), ["begin Serializable read only", "commit", "begin Snapshot read only", "commit"]);
    assert_eq!(fake.acquired(), [Access::Read, Access::Read]);
}

#[tokio::test]
async fn begin_ends_by_hand_or_rolls_back_by_drop() {
    let fake = Fake::new();
    let db = fake.db();
    let tx = db.begin().await.unwrap();
    raw("insert a").execute(&tx).await.unwrap();
    tx.commit().await.unwrap();
    let tx = db.begin().await.unwrap();
    raw("insert b").execute(&tx).await.unwrap();
    tx.rollback().await.unwrap();
    let tx = db.begin().await.unwrap();
    raw("insert c").execute(&tx).await.unwrap();
    drop(tx);
    assert_eq!(fake.committed(), ["insert a"]);
    assert_eq!(fake.log()[6..], ["begin", "insert c", "rolled back by drop"]);
    assert_eq!(fake.free(), 10);
}

#[tokio::test]
async fn joined_queries_run_one_after_the_other_in_their_order() {
    for fake in [Fake::new(), Fake::new().inline()] {
        fake.db()
            .transaction(async |tx| {
                let (a, b, c) = tokio::join!(
                    raw("insert a").execute(tx),
                    raw("insert b").execute(tx),
                    raw("insert c").execute(tx),
                );
                a.and(b).and(c)
            })
            .await
            .unwrap();
        assert_eq!(fake.committed(), ["insert a", "insert b", "insert c"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_runs_in_a_spawned_task_with_borrowed_captures() {
    async fn count(tx: &Transaction) -> Result<usize> {
        Ok(raw("select n").rows::<Number>().fetch_all(tx).await?.len())
    }
    let fake = Fake::new().rows("select n", &[1, 2]);
    let db = fake.db();
    let total = tokio::spawn(async move {
        let name = String::from("insert a");
        let mut seen = 0;
        db.transaction(async |tx| {
            raw(name.clone()).execute(tx).await?;
            seen += count(tx).await?;
            tx.transaction(async |tx| {
                seen += count(tx).await?;
                Ok(())
            })
            .await
        })
        .await
        .map(|()| seen)
    });
    assert_eq!(total.await.unwrap().unwrap(), 4);
}

/// Hooks that note their names.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<&'static str>>>);

impl Notes {
    fn on(&self, tx: &Transaction, name: &'static str) {
        let notes = self.clone();
        tx.after_commit(async move || {
            tokio::task::yield_now().await;
            notes.0.lock().expect("not poisoned").push(name);
        });
    }

    fn taken(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().expect("not poisoned"))
    }
}

#[tokio::test]
async fn hooks_run_in_order_after_the_outermost_commit() {
    let (fake, notes) = (Fake::new(), Notes::default());
    fake.db()
        .transaction(async |tx| {
            notes.on(tx, "first");
            tx.transaction(async |tx| {
                notes.on(tx, "kept");
                Ok(())
            })
            .await?;
            let lost: Result<()> = tx
                .transaction(async |tx| {
                    notes.on(tx, "undone");
                    Err(no())
                })
                .await;
            assert!(lost.is_err());
            let savepoint = tx.savepoint().await?;
            notes.on(&savepoint, "left behind");
            drop(savepoint);
            notes.on(tx, "last");
            assert!(notes.taken().is_empty());
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(notes.taken(), ["first", "kept", "last"]);
}

#[tokio::test]
async fn hooks_do_not_run_without_a_commit() {
    for failing in ["nothing", "commit"] {
        let notes = Notes::default();
        let fake = Fake::new().fail("commit", ErrorKind::RolledBack);
        let result: Result<()> = fake
            .db()
            .transaction(async |tx| {
                notes.on(tx, "never");
                if failing == "nothing" { Err(no()) } else { Ok(()) }
            })
            .await;
        assert!(result.is_err());
        assert!(notes.taken().is_empty());
    }
}

/// An application's own error.
#[derive(Debug)]
enum Own {
    No,
    Database(Error),
}

impl From<Error> for Own {
    fn from(error: Error) -> Own {
        Own::Database(error)
    }
}

#[tokio::test]
async fn a_transaction_may_fail_with_an_error_of_its_own() {
    let fake = Fake::new().fail("insert b", ErrorKind::UniqueViolation);
    let db = fake.db();
    let run = async |insert: &'static str| {
        db.try_transaction(async |tx| {
            if raw(insert).execute(tx).await?.rows_affected == 1 {
                return Err(Own::No);
            }
            Ok(())
        })
        .await
    };
    assert!(matches!(run("insert a").await, Err(Own::No)));
    assert!(matches!(run("insert b").await, Err(Own::Database(error)) if error.is_unique_violation()));
    assert!(fake.committed().is_empty());
    assert_eq!(fake.log(), ["begin", "insert a", "rollback", "begin", "insert b", "rollback"]);
}

#[tokio::test]
async fn a_panic_inside_a_transaction_rolls_it_back() {
    let fake = Fake::new();
    let db = fake.db();
    let task = tokio::spawn(async move {
        let result: Result<()> = db
            .transaction(async |tx| {
                raw("insert a").execute(tx).await?;
                panic!("a bug in the application")
            })
            .await;
        result
    });
    assert!(task.await.unwrap_err().is_panic());
    assert_eq!(fake.log(), ["begin", "insert a", "rolled back by drop"]);
    assert_eq!(fake.free(), 10);
}

#[tokio::test]
async fn what_a_future_shows_of_itself_holds_no_values() {
    let db = Fake::new().db();
    let shown = format!("{:?}", raw("select {}").bind("secret").rows::<Number>().fetch_all(&db));
    assert!(shown.contains("raw") && !shown.contains("secret"), "{shown}");
    let shown = format!("{:?}", raw("select {}").bind("secret"));
    assert!(!shown.contains("secret"), "{shown}");
}

#[tokio::test]
async fn a_transaction_keeps_the_future_of_its_closure_once() {
    let db = Fake::new().db();
    let big = std::mem::size_of_val(&db.transaction(async |_| {
        let buffer = [1_u8; 10_000];
        tokio::task::yield_now().await;
        assert_eq!(buffer[9], 1);
        Ok(())
    }));
    assert!((10_000..15_000).contains(&big), "{big}");
}
