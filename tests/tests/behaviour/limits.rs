//! Time limits of statements and transactions.

use crate::database::{is_postgres, is_sqlite, plain};
use kysera::executor::{RawSql, TransactionOptions, script};
use kysera::prelude::*;
use kysera::{Error, ErrorKind, Result};
use std::time::Duration;

#[derive(Debug, Clone, Table)]
struct Item {
    #[column(primary_key)]
    id: i64,
}

/// Counts for minutes.
fn slow() -> RawSql<(i64,)> {
    raw("with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000000) select count(*) from n")
        .rows()
}

/// Long enough for a short statement on a slow and busy machine.
const LIMIT: Duration = Duration::from_secs(1);

fn canceled<T>(outcome: Result<T>) -> Error {
    let error = outcome.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Canceled, "{error:?}");
    assert!(!error.is_transient() && error.to_string().contains("time limit"), "{error}");
    error
}

/// Raw SQL may have written.
fn unknown<T>(outcome: Result<T>) {
    let error = outcome.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::CommitUnknown, "{error:?}");
    assert!(
        !error.is_transient() && error.to_string().contains("may or may not have taken effect"),
        "{error}"
    );
}

async fn tables(db: &Db) {
    script("create table item (id integer)").run(db).await.unwrap();
}

async fn items(db: &Db) -> i64 {
    raw("select count(*) from item").rows::<(i64,)>().fetch_one(db).await.unwrap().0
}

#[tokio::test]
async fn a_statement_over_its_limit_is_ended_in_the_database_too() {
    plain(async |db| {
        let quick = db.statement_limit(LIMIT);
        unknown(slow().fetch_one(&quick).await);
        unknown(slow().fetch_stream(&quick).next().await.unwrap());
        unknown(quick.pipeline().fetch_one(slow()).run().await);
        assert_eq!(raw("select 1").rows::<(i32,)>().fetch_one(&quick).await.unwrap(), (1,));
        if is_postgres(db) {
            unknown(script("select pg_sleep(60)").run(&quick).await);
            let running = "select count(*) from pg_stat_activity where state = 'active' \
                           and query like 'with recursive n(i)%' and datname = current_database()";
            while raw(running).rows::<(i64,)>().fetch_one(db).await.unwrap().0 > 0 {}
        }
        // Every connection is back.
        for _ in 0..10 {
            assert_eq!(raw("select 1").rows::<(i32,)>().fetch_one(&quick).await.unwrap(), (1,));
        }
    })
    .await;
}

/// It waited for a lock; the lock came free just before the database was told to end it.
#[tokio::test]
async fn a_write_that_may_have_been_done_after_its_limit_is_not_called_canceled() {
    plain(async |db| {
        script("create table item (id integer primary key); insert into item values (1)")
            .run(db)
            .await
            .unwrap();
        let holder = db.begin().await.unwrap();
        raw("update item set id = 2").execute(&holder).await.unwrap();
        let quick = db.statement_limit(LIMIT);
        let add = async move { raw("update item set id = id + 10").execute(&quick).await.map(drop) };
        let late = tokio::spawn(add).await.unwrap();
        holder.rollback().await.unwrap();
        if !is_sqlite(db) {
            unknown(late);
        } else {
            // It never got the connection that writes.
            canceled(late);
            assert_eq!(raw("select id from item").rows::<(i64,)>().fetch_one(db).await.unwrap(), (1,));
        }
    })
    .await;
}

/// What only reads, and what is in a transaction, has no effect.
#[tokio::test]
async fn what_has_no_effect_after_its_limit_is_canceled() {
    plain(async |db| {
        script("create table item (id integer primary key); insert into item values (1)").run(db).await.unwrap();
        let quick = db.statement_limit(LIMIT);
        let outcome = quick
            .transaction(async |tx| {
                raw("update item set id = 5").execute(tx).await?;
                let slow = "update item set id = (with recursive n(i) as (select 1 union all select i + 1 from n \
                            where i < 100000000) select count(*) from n)";
                raw(slow).execute(tx).await.map(drop)
            })
            .await;
        canceled(outcome);
        assert_eq!(raw("select id from item").rows::<(i64,)>().fetch_one(db).await.unwrap(), (1,));
        let many = "insert into item with recursive n(i) as (select 2 union all select i + 1 from n \
                    where i < 10000) select i from n";
        raw(many).execute(db).await.unwrap();
        let (second, third) = (alias!(Item as second), alias!(Item as third));
        // MySQL would multiply how many rows there are.
        let all = select_from(Item).cross_join(&second).cross_join(&third).filter(Item.id.ne(second.id)).select(count_all());
        canceled(all.fetch_one(&quick).await);
    })
    .await;
}

#[tokio::test]
async fn a_statement_over_its_limit_ends_its_transaction_or_its_savepoint() {
    plain(async |db| {
        tables(db).await;
        let quick = db.statement_limit(LIMIT);
        let outcome: Result<()> = quick
            .transaction(async |tx| {
                raw("insert into item values (1)").execute(tx).await?;
                canceled(slow().fetch_one(tx).await);
                let refused = raw("select 1").execute(tx).await.unwrap_err();
                assert_eq!(refused.kind(), ErrorKind::TransactionAborted, "{refused:?}");
                Ok(())
            })
            .await;
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::TransactionAborted);
        assert_eq!(items(db).await, 0);
        quick
            .transaction(async |tx| {
                raw("insert into item values (1)").execute(tx).await?;
                canceled(tx.transaction(async |tx| slow().fetch_one(tx).await).await);
                raw("insert into item values (2)").execute(tx).await?;
                Ok(())
            })
            .await
            .unwrap();
        assert_eq!(items(db).await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_transaction_over_its_limit_is_rolled_back_whatever_it_waits_for() {
    plain(async |db| {
        tables(db).await;
        let quick = db.transaction_limit(LIMIT);
        for own_wait in [true, false] {
            let outcome: Result<()> = quick
                .transaction(async |tx| {
                    raw("insert into item values (1)").execute(tx).await?;
                    if own_wait {
                        std::future::pending::<()>().await;
                    }
                    slow().fetch_one(tx).await?;
                    Ok(())
                })
                .await;
            canceled(outcome);
            assert_eq!(items(db).await, 0);
        }
        let outcome: Result<()> = quick
            .try_transaction(async |tx| {
                raw("insert into item values (1)").execute(tx).await?;
                std::future::pending::<Result<()>>().await
            })
            .await;
        canceled(outcome);
        let options = TransactionOptions::default().time_limit(LIMIT);
        let outcome: Result<()> = db.transaction_with(options, async |_| std::future::pending().await).await;
        canceled(outcome);
        assert_eq!(items(db).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_transaction_by_hand_over_its_limit_refuses_all_but_its_rollback() {
    plain(async |db| {
        tables(db).await;
        let tx = db.transaction_limit(LIMIT).begin().await.unwrap();
        raw("insert into item values (1)").execute(&tx).await.unwrap();
        tokio::time::sleep(LIMIT).await;
        canceled(raw("insert into item values (2)").execute(&tx).await);
        canceled(tx.commit().await);
        assert_eq!(items(db).await, 0);
        // Without a limit again.
        db.transaction_limit(LIMIT).transaction_limit(None).begin().await.unwrap().rollback().await.unwrap();
    })
    .await;
}
