//! Futures dropped at every point where they wait. The fake driver panics if anything but `rollback` follows an
//! operation that was dropped half way.

use crate::fake::{Fake, Number};
use kysera_core::{Db, ErrorKind, QueryExt, Result, raw};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// Polls `future` up to `polls` times, then drops it. `None` when it was not finished by then.
async fn dropped_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        for _ in 0..polls {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
        }
        Poll::Ready(None)
    })
    .await
}

/// Enough polls for everything here to finish.
const MANY: usize = 60;

async fn insert_a_and_b(db: &Db) -> Result<()> {
    db.transaction(async |tx| {
        raw("insert a").execute(tx).await?;
        tx.transaction(async |tx| raw("insert b").execute(tx).await).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_transaction_dropped_anywhere_is_done_whole_or_not_at_all() {
    let mut finished = 0;
    for polls in 0..MANY {
        let fake = Fake::new();
        let done = dropped_after(polls, insert_a_and_b(&fake.db())).await;
        let committed = fake.committed();
        match done {
            Some(result) => {
                result.unwrap();
                finished += 1;
                assert_eq!(committed, ["insert a", "insert b"]);
            }
            None => assert!(committed.is_empty() || committed == ["insert a", "insert b"], "{polls}"),
        }
        assert_eq!(fake.free(), 10, "{polls}");
    }
    assert!((1..MANY - 10).contains(&finished), "{finished}");
}

#[tokio::test]
async fn a_statement_dropped_half_way_makes_its_transaction_refuse_to_commit() {
    let (mut interrupted, mut untouched, mut finished) = (0, 0, 0);
    for polls in 0..6 {
        let fake = Fake::new();
        let db = fake.db();
        let mut done = None;
        let result = db
            .transaction(async |tx| {
                done = dropped_after(polls, raw("insert a").execute(tx)).await;
                let next = raw("insert b").execute(tx).await;
                if polls > 0 && done.is_none() {
                    assert_eq!(next.unwrap_err().kind(), ErrorKind::TransactionAborted);
                    assert!(tx.savepoint().await.is_err());
                }
                Ok(())
            })
            .await;
        match (polls, done) {
            // Never polled: nothing was sent.
            (0, _) => {
                untouched += 1;
                assert_eq!(fake.committed(), ["insert b"]);
            }
            (_, None) => {
                interrupted += 1;
                assert_eq!(result.unwrap_err().kind(), ErrorKind::TransactionAborted);
                assert!(fake.committed().is_empty());
                assert_eq!(fake.log().last().map(String::as_str), Some("rollback"));
            }
            (_, Some(_)) => {
                finished += 1;
                assert_eq!(fake.committed(), ["insert a", "insert b"]);
            }
        }
        assert_eq!(fake.free(), 10);
    }
    assert!(interrupted >= 2 && untouched == 1 && finished >= 2, "{interrupted} {untouched} {finished}");
}

#[tokio::test]
async fn a_statement_dropped_in_a_savepoint_is_not_forgotten_by_the_outer_transaction() {
    let fake = Fake::new();
    let result: Result<()> = fake
        .db()
        .transaction(async |tx| {
            let inner = tx
                .transaction(async |tx| {
                    assert!(dropped_after(1, raw("insert a").execute(tx)).await.is_none());
                    Ok(())
                })
                .await;
            assert_eq!(inner.unwrap_err().kind(), ErrorKind::TransactionAborted);
            Ok(())
        })
        .await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::TransactionAborted);
    assert!(fake.committed().is_empty());
}

#[tokio::test]
async fn a_statement_that_waits_for_its_turn_may_be_dropped() {
    let fake = Fake::new();
    fake.db()
        .transaction(async |tx| {
            let mut first = pin!(raw("insert a").execute(tx));
            assert!(dropped_after(1, first.as_mut()).await.is_none());
            // It stands in line behind the first one and has not been sent.
            assert!(dropped_after(3, raw("insert b").execute(tx)).await.is_none());
            first.await
        })
        .await
        .unwrap();
    assert_eq!(fake.committed(), ["insert a"]);
}

#[tokio::test]
async fn a_nested_transaction_dropped_between_its_statements_is_undone_alone() {
    let fake = Fake::new();
    fake.db()
        .transaction(async |tx| {
            raw("insert a").execute(tx).await?;
            let nested = tx.transaction(async |tx| {
                raw("insert b").execute(tx).await?;
                std::future::pending::<Result<()>>().await
            });
            assert!(dropped_after(MANY, nested).await.is_none());
            raw("insert c").execute(tx).await
        })
        .await
        .unwrap();
    assert_eq!(fake.committed(), ["insert a", "insert c"]);
    assert_eq!(
        fake.log(),
        ["begin", "insert a", "savepoint kysera_1", "insert b", "rollback to kysera_1", "insert c", "commit"]
    );
}

#[tokio::test]
async fn a_nested_transaction_dropped_anywhere_leaves_no_half_of_itself() {
    for polls in 0..MANY {
        let fake = Fake::new();
        let mut inner_done = false;
        let result = fake
            .db()
            .transaction(async |tx| {
                let nested = tx.transaction(async |tx| {
                    raw("insert a").execute(tx).await?;
                    raw("insert b").execute(tx).await
                });
                inner_done = dropped_after(polls, nested).await.is_some();
                Ok(())
            })
            .await;
        let committed = fake.committed();
        match (inner_done, result) {
            (true, result) => {
                result.unwrap();
                assert_eq!(committed, ["insert a", "insert b"]);
            }
            (false, Ok(())) => assert!(committed.is_empty(), "{polls}: {committed:?}"),
            (false, Err(error)) => {
                assert_eq!(error.kind(), ErrorKind::TransactionAborted);
                assert!(committed.is_empty());
            }
        }
    }
}

#[tokio::test]
async fn a_commit_dropped_half_way_is_done_whole_or_not_at_all() {
    for polls in 0..6 {
        let fake = Fake::new();
        let tx = fake.db().begin().await.unwrap();
        raw("insert a").execute(&tx).await.unwrap();
        raw("insert b").execute(&tx).await.unwrap();
        dropped_after(polls, tx.commit()).await;
        assert!(matches!(fake.committed().len(), 0 | 2));
        assert_eq!(fake.free(), 10);
    }
}

#[tokio::test]
async fn a_query_dropped_anywhere_gives_its_connection_back() {
    for polls in 0..10 {
        let fake = Fake::single().rows("select n", &[1]);
        let db = fake.db();
        dropped_after(polls, raw("select n").rows::<Number>().fetch_one(&db)).await;
        assert_eq!(fake.free(), 1);
        assert_eq!(raw("select n").rows::<Number>().fetch_one(&db).await.unwrap(), Number(1));
    }
}
