//! What must hold on every database.

use crate::Database;
use kysera_core::driver::{Isolation, TransactionOptions};
use kysera_core::{
    Db, Error, ErrorKind, Executor, QueryExt, Result, Tree, raw, retry_on_conflict, script, tree,
};
use kysera_sql::ast::{Direction, Expr, OrderBy, Select, SelectItem, TableRef};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

async fn insert<E: Executor>(on: &E, n: i64) -> Result<()> {
    raw("insert into t (n, m) values ({}, {})").bind(n).bind(n * 10).execute(on).await.map(|_| ())
}

/// `select "n" from "t" order by "n"`, as a tree: the executor knows that it only reads.
fn numbers<T>() -> Tree<T> {
    let mut select = Select::from(TableRef::named("t"));
    select.items.push(SelectItem::expr(Expr::column("t", "n")));
    select.order_by.push(OrderBy::new(Expr::column("t", "n"), Direction::Asc));
    tree(select).rows()
}

fn no<T>() -> Result<T> {
    Err(Error::new(ErrorKind::Application, "no"))
}

/// Polls `future` up to `polls` times, then drops it.
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

pub(crate) async fn a_transaction_keeps_what_it_should_and_nothing_else(database: Database) {
    let db = &database.db;
    db.transaction(async |tx| {
        insert(tx, 1).await?;
        tx.transaction(async |tx| insert(tx, 2).await).await?;
        let undone: Result<()> = tx
            .transaction(async |tx| {
                insert(tx, 3).await?;
                no()
            })
            .await;
        assert_eq!(undone.unwrap_err().kind(), ErrorKind::Application);
        // An error of the database inside a savepoint leaves the transaction usable.
        let failed = tx.transaction(async |tx| insert(tx, 1).await).await;
        assert!(failed.unwrap_err().is_unique_violation());
        let savepoint = tx.savepoint().await?;
        insert(&savepoint, 4).await?;
        drop(savepoint);
        insert(tx, 5).await
    })
    .await
    .unwrap();
    let failed: Result<()> = db
        .transaction(async |tx| {
            insert(tx, 6).await?;
            no()
        })
        .await;
    assert!(failed.is_err());
    let tx = db.begin().await.unwrap();
    insert(&tx, 7).await.unwrap();
    drop(tx);
    assert_eq!(database.numbers().await, [1, 2, 5]);
}

pub(crate) async fn a_statement_dropped_half_way_keeps_its_transaction_from_committing(database: Database) {
    for polls in 1..4 {
        let mut done = None;
        let result = database
            .db
            .transaction(async |tx| {
                insert(tx, 1).await?;
                done = dropped_after(polls, insert(tx, 2)).await;
                Ok(())
            })
            .await;
        match done {
            Some(inserted) => {
                inserted.unwrap();
                result.unwrap();
                assert_eq!(database.numbers().await, [1, 2]);
                raw("delete from t").execute(&database.db).await.unwrap();
            }
            None => {
                assert_eq!(result.unwrap_err().kind(), ErrorKind::TransactionAborted);
                assert!(database.numbers().await.is_empty());
            }
        }
    }
}

pub(crate) async fn a_swallowed_error_commits_all_or_nothing(database: Database) {
    insert(&database.db, 1).await.unwrap();
    let result = database
        .db
        .transaction(async |tx| {
            insert(tx, 2).await?;
            assert!(insert(tx, 1).await.unwrap_err().is_unique_violation());
            Ok(())
        })
        .await;
    match result {
        Ok(()) => assert_eq!(database.numbers().await, [1, 2]),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::RolledBack);
            assert_eq!(database.numbers().await, [1]);
        }
    }
}

pub(crate) async fn joined_queries_on_one_transaction_all_run(database: Database) {
    let db = &database.db;
    let seen = db.transaction(async |tx| {
        let (a, b, c, rows) =
            tokio::join!(insert(tx, 1), insert(tx, 2), insert(tx, 3), numbers::<(i64,)>().fetch_all(tx));
        a.and(b).and(c)?;
        Ok(rows?.len())
    });
    assert_eq!(seen.await.unwrap(), 3);
    assert_eq!(database.numbers().await, [1, 2, 3]);
}

async fn fill(db: &Db, rows: i64) {
    db.transaction(async |tx| {
        for n in 0..rows {
            insert(tx, n).await?;
        }
        Ok(())
    })
    .await
    .unwrap();
}

pub(crate) async fn a_stream_gives_every_row_once(database: Database) {
    let db = &database.db;
    fill(db, 1000).await;
    let mut stream = numbers::<(i64,)>().fetch_stream(db);
    let mut expected = 0;
    while let Some(row) = stream.next().await {
        assert_eq!(row.unwrap(), (expected,));
        expected += 1;
    }
    assert_eq!(expected, 1000);
    // Left early, it gives its connection back.
    for _ in 0..20 {
        numbers::<(i64,)>().fetch_stream(db).next().await.unwrap().unwrap();
    }
    assert_eq!(database.numbers().await.len(), 1000);
}

pub(crate) async fn a_stream_of_a_query_may_be_left_inside_a_transaction(database: Database) {
    let db = &database.db;
    fill(db, 1000).await;
    db.transaction(async |tx| {
        insert(tx, 1000).await?;
        let mut stream = numbers::<(i64,)>().fetch_stream(&mut *tx);
        assert_eq!(stream.next().await.unwrap()?, (0,));
        drop(stream);
        insert(tx, 1001).await
    })
    .await
    .unwrap();
    assert_eq!(database.numbers().await.len(), 1002);
}

pub(crate) async fn a_pipeline_gives_typed_results_in_order(database: Database) {
    let run = database
        .db
        .pipeline()
        .execute(raw("insert into t (n) values (1), (2)"))
        .fetch_all(numbers::<(i64,)>())
        .fetch_one(raw("select count(*) from t").rows::<(i64,)>())
        .fetch_optional(raw("select n from t where n = {}").bind(9_i64).rows::<(i64,)>());
    let (done, all, count, none) = run.run().await.unwrap();
    assert_eq!(done.rows_affected, 2);
    assert_eq!((all, count, none), (vec![(1,), (2,)], (2,), None));
}

pub(crate) async fn a_failed_pipeline_says_which_error_came_first(database: Database) {
    insert(&database.db, 1).await.unwrap();
    let result: Result<()> = database
        .db
        .transaction(async |tx| {
            let run = tx
                .pipeline()
                .execute(raw("insert into t (n) values (2)"))
                .execute(raw("insert into t (n) values (1)"))
                .execute(raw("insert into nowhere (n) values (3)"));
            run.run().await.map(|_| ())
        })
        .await;
    assert!(result.unwrap_err().is_unique_violation());
    assert_eq!(database.numbers().await, [1]);
}

pub(crate) async fn a_read_sees_one_state_and_writes_nothing(database: Database) {
    let db = &database.db;
    fill(db, 3).await;
    let (before, after) = db
        .read(async |r| {
            let before = numbers::<(i64,)>().fetch_all(r).await?.len();
            // From elsewhere, where the database allows it at all.
            let other = db.clone();
            let written = tokio::spawn(async move { insert(&other, 99).await });
            if !excluded(db) {
                written.await.expect("it does not panic")?;
            }
            Ok((before, numbers::<(i64,)>().fetch_all(r).await?.len()))
        })
        .await
        .unwrap();
    assert_eq!((before, after), (3, 3));
    let refused = db.read(async |r| insert(r, 100).await).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::ReadOnly);
}

/// True when a reader keeps writers out: one connection serves the database.
fn excluded(db: &Db) -> bool {
    use kysera_sql::compiled::Access::{Read, Write};
    db.excludes(Read, Write)
}

pub(crate) async fn conflicts_are_run_again_until_all_are_done(database: Database) {
    const TASKS: i64 = 8;
    let db = &database.db;
    raw("insert into t (n, m) values (1, 0)").execute(db).await.unwrap();
    let runs = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (db, runs) = (db.clone(), Arc::clone(&runs));
            tokio::spawn(async move {
                let options = TransactionOptions::default().isolation(Isolation::Serializable);
                retry_on_conflict(|| {
                    runs.fetch_add(1, Ordering::Relaxed);
                    db.transaction_with(options, async |tx| {
                        let (m,): (i64,) = raw("select m from t where n = 1").rows().fetch_one(tx).await?;
                        raw("update t set m = {} where n = 1").bind(m + 1).execute(tx).await
                    })
                })
                .attempts(100)
                .await
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let (m,): (i64,) = raw("select m from t where n = 1").rows().fetch_one(db).await.unwrap();
    assert_eq!(m, TASKS);
    assert!(runs.load(Ordering::Relaxed) >= 8);
}

pub(crate) async fn hooks_may_use_the_database(database: Database) {
    let db = &database.db;
    db.transaction(async |tx| {
        let db = db.clone();
        tx.after_commit(async move || insert(&db, 2).await.expect("the connection is free again"));
        insert(tx, 1).await
    })
    .await
    .unwrap();
    assert_eq!(database.numbers().await, [1, 2]);
}

pub(crate) async fn errors_say_what_they_are_about(database: Database) {
    let db = &database.db;
    insert(db, 1).await.unwrap();
    let unique = insert(db, 1).await.unwrap_err();
    assert!(unique.is_unique_violation());
    assert_eq!(unique.table(), Some("t"));
    let decode = numbers::<(String,)>().fetch_all(db).await.unwrap_err();
    assert_eq!((decode.kind(), decode.table()), (ErrorKind::Decode, Some("t")));
    assert_eq!(decode.columns(), ["n"]);
    assert!(decode.to_string().starts_with("cannot read t.n: expected String, found "), "{decode}");
    let missing = raw("select nothing from t").execute(db).await.unwrap_err();
    // SQLite has one code for both.
    assert!(matches!(missing.kind(), ErrorKind::Undefined | ErrorKind::Syntax));
    let many = numbers::<(i64,)>().fetch_one(db).await;
    assert_eq!(many.unwrap(), (1,));
    insert(db, 2).await.unwrap();
    let many = numbers::<(i64,)>().fetch_one(db).await.unwrap_err();
    assert_eq!((many.kind(), many.table()), (ErrorKind::TooManyRows, Some("t")));
}

pub(crate) async fn a_plan_is_text(database: Database) {
    let plan = numbers::<(i64,)>().explain(&database.db).await.unwrap();
    // Both databases name the table that they scan.
    assert!(plan.contains(" t"), "{plan}");
    let insert = raw("insert into t (n) values ({})").bind(1_i64);
    insert.explain(&database.db).await.unwrap();
    assert!(database.numbers().await.is_empty());
}

pub(crate) async fn a_script_runs_every_statement(database: Database) {
    let sql = "insert into t (n) values (1); insert into t (n) values (2); -- done\n";
    script(sql).run(&database.db).await.unwrap();
    let undone: Result<()> = database
        .db
        .transaction(async |tx| {
            script("insert into t (n) values (3); insert into t (n) values (4)").run(tx).await?;
            no()
        })
        .await;
    assert!(undone.is_err());
    assert_eq!(database.numbers().await, [1, 2]);
}

pub(crate) async fn the_database_inside_its_own_transaction_never_hangs(database: Database) {
    let db = &database.db;
    use kysera_sql::compiled::Access::Write;
    let inside = db.transaction(async |_| insert(db, 1).await).await;
    // A transaction from `begin` has no scope: the driver's timeout ends the wait.
    let tx = db.begin().await.unwrap();
    let beside = insert(db, 2).await;
    tx.rollback().await.unwrap();
    if db.excludes(Write, Write) {
        assert_eq!(inside.unwrap_err().kind(), ErrorKind::SelfDeadlock);
        assert!(matches!(beside.unwrap_err().kind(), ErrorKind::SelfDeadlock | ErrorKind::PoolTimeout));
        assert!(database.numbers().await.is_empty());
    } else {
        inside.and(beside).unwrap();
        assert_eq!(database.numbers().await, [1, 2]);
    }
}

pub(crate) async fn raw_sql_begins_and_ends_no_transaction(database: Database) {
    let db = &database.db;
    let refused = |result: Result<()>| assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidQuery);
    let texts = [
        "begin",
        "commit",
        "ROLLBACK",
        "/* so */ end transaction",
        "rollback and chain",
        "prepare transaction 'a'",
    ];
    for text in texts {
        // On a pool it would be another connection's affair.
        refused(raw(text).execute(db).await.map(drop));
        let kept = db.transaction(async |tx| {
            insert(tx, 1).await?;
            refused(raw(text).execute(tx).await.map(drop));
            refused(script(format!("select 1; {text}; begin")).run(tx).await);
            no::<()>()
        });
        assert_eq!(kept.await.unwrap_err().kind(), ErrorKind::Application);
        assert!(numbers::<i64>().fetch_all(db).await.unwrap().is_empty(), "{text}");
    }
    for text in ["savepoint a", "RELEASE a", "rollback to a", "; /* so */ rollback to savepoint a"] {
        refused(raw(text).execute(db).await.map(drop));
        db.transaction(async |tx| {
            insert(tx, 1).await?;
            refused(raw(text).execute(tx).await.map(drop));
            raw("delete from t").execute(tx).await.map(drop)
        })
        .await
        .unwrap();
    }
    refused(raw("; commit").execute(db).await.map(drop));
    // A script of its own may, and so may savepoints in one.
    script("begin; insert into t (n, m) values (1, 10); commit").run(db).await.unwrap();
    db.transaction(async |tx| {
        script("savepoint a; delete from t; rollback to savepoint a; release savepoint a").run(tx).await
    })
    .await
    .unwrap();
    assert_eq!(numbers::<i64>().fetch_all(db).await.unwrap(), [1]);
}
