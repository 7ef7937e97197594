//! Futures dropped at every point where they wait. The fake driver panics if anything follows an operation that was dropped
//! half way, but a rollback of everything or to a savepoint that was set before it.

use crate::fake::{Fake, Number};
use kysera_core::{Db, Error, ErrorKind, QueryExt, Result, Transaction, raw};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

/// Polls `future` up to `polls` times, then drops it. `None` when it was not finished by then.
pub(crate) async fn dropped_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
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
async fn a_savepoint_in_which_a_statement_was_dropped_is_not_released_and_its_transaction_goes_on() {
    let fake = Fake::new();
    fake.db()
        .transaction(async |tx| {
            raw("insert a").execute(tx).await?;
            let inner = tx
                .transaction(async |tx| {
                    assert!(dropped_after(2, raw("insert b").execute(tx)).await.is_none());
                    assert_eq!(
                        raw("insert c").execute(tx).await.unwrap_err().kind(),
                        ErrorKind::TransactionAborted
                    );
                    Ok(())
                })
                .await;
            assert_eq!(inner.unwrap_err().kind(), ErrorKind::TransactionAborted);
            raw("insert d").execute(tx).await
        })
        .await
        .unwrap();
    assert_eq!(fake.committed(), ["insert a", "insert d"]);
    assert_eq!(fake.log()[3..], ["insert b", "rollback to kysera_1", "insert d", "commit"]);
}

/// A nested transaction in a nested transaction, with a time limit on the outer of both.
async fn insert_around(tx: &mut Transaction, hooks: &Arc<AtomicUsize>) -> Result<()> {
    tx.transaction(async |tx| {
        let hooks = Arc::clone(hooks);
        tx.after_commit(async move || {
            hooks.fetch_add(1, Ordering::Relaxed);
        });
        raw("insert b").execute(tx).await?;
        tx.transaction(async |tx| raw("insert c").execute(tx).await).await?;
        let undone: Result<()> = tx
            .transaction(async |tx| {
                raw("insert x").execute(tx).await?;
                Err(Error::new(ErrorKind::Application, "no"))
            })
            .await;
        assert_eq!(undone.expect_err("it was undone").kind(), ErrorKind::Application);
        // Left early, which is no drop half way.
        let mut rows = crate::stream::read().fetch_stream(&mut *tx);
        assert_eq!(rows.next().await.expect("a row")?, Number(1));
        drop(rows);
        raw("insert d").execute(tx).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_transaction_goes_on_after_a_nested_one_was_dropped_anywhere_but_in_its_release() {
    let (mut mended, mut aborted, mut finished) = (0, 0, 0);
    for polls in 0..MANY {
        let fake = Fake::new().rows(crate::stream::READ, &[1, 2, 3]);
        let hooks = Arc::new(AtomicUsize::new(0));
        let mut inner = None;
        let mut last = None;
        let result = fake
            .db()
            .transaction(async |tx| {
                raw("insert a").execute(tx).await?;
                inner = dropped_after(polls, insert_around(tx, &hooks)).await;
                last = fake.log().pop();
                raw("insert e").execute(tx).await
            })
            .await;
        let run = hooks.load(Ordering::Relaxed);
        match (inner, result) {
            (Some(inner), result) => {
                inner.unwrap();
                result.unwrap();
                assert_eq!(fake.committed(), ["insert a", "insert b", "insert c", "insert d", "insert e"]);
                assert_eq!(run, 1);
                finished += 1;
            }
            (None, Ok(_)) => {
                assert_eq!(fake.committed(), ["insert a", "insert e"], "{polls}");
                assert_eq!(run, 0, "{polls}");
                mended += 1;
            }
            (None, Err(error)) => {
                assert_eq!(error.kind(), ErrorKind::TransactionAborted);
                assert!(fake.committed().is_empty());
                // It may have been released, or not have been set: no savepoint is known that undoes this.
                let last = last.unwrap();
                assert!(["release kysera_1", "savepoint kysera_1"].contains(&&*last), "{polls}: {last}");
                assert_eq!(fake.log().last().map(String::as_str), Some("rollback"));
                aborted += 1;
            }
        }
        assert_eq!(fake.free(), 10);
    }
    assert!(mended > 15 && (2..=4).contains(&aborted) && finished > 5, "{mended} {aborted} {finished}");
}

#[tokio::test]
async fn an_inner_savepoint_is_mended_while_the_outer_one_lives_on() {
    let fake = Fake::new();
    fake.db()
        .transaction(async |tx| {
            raw("insert a").execute(tx).await?;
            tx.transaction(async |tx| {
                raw("insert b").execute(tx).await?;
                let slow = tx.transaction(async |tx| {
                    raw("insert c").execute(tx).await?;
                    raw("insert d").execute(tx).await
                });
                assert!(dropped_after(6, slow).await.is_none());
                raw("insert e").execute(tx).await
            })
            .await
        })
        .await
        .unwrap();
    assert_eq!(fake.committed(), ["insert a", "insert b", "insert e"]);
    assert!(fake.log().contains(&"rollback to kysera_2".to_owned()));
}

#[tokio::test]
async fn a_statement_dropped_before_a_savepoint_could_be_set_is_not_forgiven() {
    let fake = Fake::new();
    let result: Result<()> = fake
        .db()
        .transaction(async |tx| {
            assert!(dropped_after(2, raw("insert a").execute(tx)).await.is_none());
            let inner = tx.transaction(async |tx| raw("insert b").execute(tx).await).await;
            assert_eq!(inner.unwrap_err().kind(), ErrorKind::TransactionAborted);
            Ok(())
        })
        .await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::TransactionAborted);
    assert!(fake.committed().is_empty());
    assert_eq!(fake.log(), ["begin", "insert a", "rollback"]);
}

#[tokio::test]
async fn an_outer_savepoint_undoes_what_an_inner_one_no_longer_can() {
    let fake = Fake::new().fail("rollback to kysera_2", ErrorKind::Database);
    fake.db()
        .transaction(async |tx| {
            raw("insert a").execute(tx).await?;
            let outer: Result<()> = tx
                .transaction(async |tx| {
                    let inner = tx.transaction(async |tx| raw("insert b").execute(tx).await);
                    assert!(dropped_after(4, inner).await.is_none());
                    for _ in 0..2 {
                        let refused = raw("insert c").execute(tx).await.unwrap_err();
                        assert_eq!(refused.kind(), ErrorKind::TransactionAborted);
                    }
                    Ok(())
                })
                .await;
            assert_eq!(outer.unwrap_err().kind(), ErrorKind::TransactionAborted);
            raw("insert d").execute(tx).await
        })
        .await
        .unwrap();
    assert_eq!(fake.committed(), ["insert a", "insert d"]);
    assert_eq!(
        fake.log()[4..],
        ["insert b", "rollback to kysera_2", "rollback to kysera_1", "insert d", "commit"]
    );
}

#[tokio::test]
async fn a_mend_that_fails_leaves_a_transaction_that_only_rolls_back() {
    let fake = Fake::new().fail("rollback to kysera_1", ErrorKind::TransactionAborted);
    let result: Result<()> = fake
        .db()
        .transaction(async |tx| {
            let inner = tx.transaction(async |tx| raw("insert a").execute(tx).await);
            assert!(dropped_after(4, inner).await.is_none());
            for _ in 0..2 {
                let refused = raw("insert b").execute(tx).await.unwrap_err();
                assert_eq!(refused.kind(), ErrorKind::TransactionAborted);
            }
            Ok(())
        })
        .await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::TransactionAborted);
    assert!(fake.committed().is_empty());
    assert_eq!(fake.log()[2..], ["insert a", "rollback to kysera_1", "rollback"]);
}

#[tokio::test]
async fn a_mend_may_itself_be_dropped_and_is_then_done_again() {
    let (mut again, mut unknown) = (0, 0);
    for polls in 0..4 {
        let fake = Fake::new();
        let result = fake
            .db()
            .transaction(async |tx| {
                let inner = tx.transaction(async |tx| raw("insert a").execute(tx).await);
                assert!(dropped_after(4, inner).await.is_none());
                let next = dropped_after(polls, raw("insert b").execute(tx)).await;
                assert!(next.is_none());
                raw("insert c").execute(tx).await
            })
            .await;
        match result {
            Ok(_) => {
                assert_eq!(fake.committed(), ["insert c"]);
                again += 1;
            }
            // The fake forgets a savepoint as soon as it was rolled back to.
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::TransactionAborted);
                assert!(fake.committed().is_empty());
                unknown += 1;
            }
        }
    }
    assert!(again >= 2 && unknown >= 1, "{again} {unknown}");
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
