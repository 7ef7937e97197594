//! Time limits of statements and transactions.

use crate::database::{is_postgres, plain};
use kysera::executor::{RawSql, TransactionOptions, script};
use kysera::prelude::*;
use kysera::{Error, ErrorKind, Result};
use std::time::Duration;

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
        canceled(slow().fetch_one(&quick).await);
        canceled(slow().fetch_stream(&quick).next().await.unwrap());
        canceled(quick.pipeline().fetch_one(slow()).run().await);
        assert_eq!(raw("select 1").rows::<(i32,)>().fetch_one(&quick).await.unwrap(), (1,));
        if is_postgres(db) {
            canceled(script("select pg_sleep(60)").run(&quick).await);
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
