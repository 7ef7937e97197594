//! Futures dropped half way: what was running, and what the next user finds.

use crate::support::{
    Random, acquire, connect, driver_with, dropped_after, in_time, one, options, raw, read, rows, run,
    run_with, taken, write,
};
use kysera_core::driver::{Connection, TransactionOptions};
use kysera_core::error::ErrorKind;
use kysera_core::{QueryExt, Result, Transaction};
use kysera_postgres::Postgres;
use kysera_sql::row::{Discard, Rows};
use kysera_sql::value::Value;
use std::sync::Arc;
use std::time::Duration;

async fn begin(connection: &mut dyn Connection) {
    connection.begin(TransactionOptions::default()).await.unwrap();
}

async fn count(connection: &mut dyn Connection) -> i64 {
    one(connection, "select count(*) from t").await
}

/// One connection, and a table `t`.
async fn single(schema: &str) -> Option<Postgres> {
    let driver = driver_with(schema, |options| options.max_connections(1)).await?;
    run(&mut *acquire(&driver).await, "create table t (id int primary key)").await.unwrap();
    Some(driver)
}

#[tokio::test]
async fn a_transaction_whose_statement_was_dropped_refuses_to_commit() {
    let Some(driver) = single("drop_tx").await else { return };
    let mut connection = acquire(&driver).await;
    for polls in 1..4 {
        begin(&mut *connection).await;
        run(&mut *connection, "insert into t values (1)").await.unwrap();
        let slow = "insert into t select 2 from pg_sleep(0.05)";
        assert!(dropped_after(polls, run(&mut *connection, slow)).await.is_none(), "{polls}");
        let error = run(&mut *connection, "insert into t values (3)").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TransactionAborted);
        assert_eq!(connection.commit().await.unwrap_err().kind(), ErrorKind::TransactionAborted);
        connection.rollback().await.unwrap();
        assert_eq!(count(&mut *connection).await, 0);
    }
}

#[tokio::test]
async fn a_statement_dropped_inside_a_savepoint_is_undone_with_it() {
    let Some(driver) = single("drop_savepoint").await else { return };
    let mut connection = acquire(&driver).await;
    begin(&mut *connection).await;
    run(&mut *connection, "insert into t values (1)").await.unwrap();
    connection.savepoint("kysera_1").await.unwrap();
    assert!(dropped_after(1, run(&mut *connection, "insert into t values (2)")).await.is_none());
    connection.rollback_to("kysera_1").await.unwrap();
    run(&mut *connection, "insert into t values (3)").await.unwrap();
    connection.commit().await.unwrap();
    assert_eq!(
        one::<String>(&mut *connection, "select string_agg(id::text, ',' order by id) from t").await,
        "1,3"
    );
}

#[tokio::test]
async fn a_statement_dropped_before_a_savepoint_is_not_forgiven_by_it() {
    let Some(driver) = single("drop_before_savepoint").await else { return };
    let mut connection = acquire(&driver).await;
    begin(&mut *connection).await;
    connection.savepoint("kysera_1").await.unwrap();
    assert!(dropped_after(1, run(&mut *connection, "insert into t values (1)")).await.is_none());
    assert_eq!(connection.savepoint("kysera_2").await.unwrap_err().kind(), ErrorKind::TransactionAborted);
    assert_eq!(connection.release("kysera_1").await.unwrap_err().kind(), ErrorKind::TransactionAborted);
    assert_eq!(connection.commit().await.unwrap_err().kind(), ErrorKind::TransactionAborted);
    connection.rollback().await.unwrap();
    assert_eq!(count(&mut *connection).await, 0);
}

#[tokio::test]
async fn a_future_never_polled_sends_nothing() {
    let Some(driver) = single("drop_unpolled").await else { return };
    let mut connection = acquire(&driver).await;
    begin(&mut *connection).await;
    drop(connection.run(write("insert into t values (1)", vec![]), Box::new(Discard::default())));
    connection.commit().await.unwrap();
    assert_eq!(count(&mut *connection).await, 0);
}

#[tokio::test]
async fn a_write_dropped_outside_a_transaction_runs_to_its_end() {
    let Some(driver) = single("drop_write").await else { return };
    let mut connection = acquire(&driver).await;
    assert!(dropped_after(1, run(&mut *connection, "insert into t values (1)")).await.is_none());
    // What comes next stands behind it.
    assert_eq!(count(&mut *connection).await, 1);
}

#[tokio::test]
async fn a_commit_dropped_half_way_leaves_all_or_nothing() {
    let Some(driver) = single("drop_commit").await else { return };
    for polls in 0..3 {
        let mut connection = acquire(&driver).await;
        run(&mut *connection, "delete from t").await.unwrap();
        begin(&mut *connection).await;
        connection
            .pipeline(
                (1..=5)
                    .map(|id| {
                        let insert = write("insert into t values ($1)", vec![Value::I32(id)]);
                        (insert, Box::new(Discard::default()) as Box<_>)
                    })
                    .collect(),
            )
            .await
            .into_iter()
            .for_each(|ran| drop(ran.unwrap()));
        let finished = dropped_after(polls, connection.commit()).await.is_some();
        drop(connection);
        let found = count(&mut *acquire(&driver).await).await;
        assert!(found == 5 || (found == 0 && !finished), "{found} rows after {polls} polls");
        if polls == 0 {
            assert_eq!(found, 0, "a commit that was never polled was not sent");
        }
    }
}

#[tokio::test]
async fn the_next_user_does_not_wait_for_a_long_statement_of_the_last() {
    let Some(options) = options() else { return };
    let driver = connect(options.max_connections(1).cancel_grace(Duration::from_millis(1))).await;
    for polls in 1..4 {
        let mut connection = acquire(&driver).await;
        assert!(
            dropped_after(
                polls,
                rows::<String>(&mut *connection, read("select pg_sleep(600)::text", vec![]))
            )
            .await
            .is_none()
        );
        drop(connection);
        // Would wait for ten minutes, or be hit by the request to cancel.
        assert_eq!(in_time(async { one::<i32>(&mut *acquire(&driver).await, "select 1").await }).await, 1);
    }
}

#[tokio::test]
async fn a_long_pipeline_is_cancelled_statement_by_statement() {
    let Some(options) = options() else { return };
    let driver = connect(options.max_connections(1).cancel_grace(Duration::from_millis(1))).await;
    let mut connection = acquire(&driver).await;
    let batch =
        (0..20).map(|_| (read("select pg_sleep(60)::text", vec![]), Box::new(Discard::default()) as Box<_>));
    assert!(dropped_after(2, connection.pipeline(batch.collect())).await.is_none());
    drop(connection);
    assert_eq!(one::<i32>(&mut *acquire(&driver).await, "select 1").await, 1);
}

#[tokio::test]
async fn without_preparing_a_long_statement_costs_its_connection_and_nothing_is_cancelled() {
    let Some(driver) = driver_with("drop_no_cancel", |options| {
        options.max_connections(1).prepare(false).cancel_grace(Duration::from_millis(1))
    })
    .await
    else {
        return;
    };
    let mut connection = acquire(&driver).await;
    let before: i32 = one(&mut *connection, "select pg_backend_pid()").await;
    run(&mut *connection, "create table t (id int)").await.unwrap();
    assert!(
        dropped_after(1, run(&mut *connection, "insert into t select 1 from pg_sleep(0.3)")).await.is_none()
    );
    drop(connection);
    let mut connection = acquire(&driver).await;
    assert_ne!(one::<i32>(&mut *connection, "select pg_backend_pid()").await, before);
    // Had it been cancelled, the row would never come.
    while count(&mut *connection).await == 0 {}
}

#[tokio::test]
async fn no_request_to_cancel_hits_the_next_user() {
    let Some(options) = options() else { return };
    // Patience is so short that every other statement is late.
    let driver = connect(options.max_connections(1).cancel_grace(Duration::from_micros(300))).await;
    let mut random = Random(7);
    for round in 0..1000 {
        let mut connection = acquire(&driver).await;
        let wait = ["0", "0.0002", "0.001"][random.below(3)];
        let sql = format!("select pg_sleep({wait})::text");
        let _ =
            dropped_after(1 + random.below(3), rows::<String>(&mut *connection, read(&sql, vec![]))).await;
        drop(connection);
        let mut next = acquire(&driver).await;
        let found = rows::<i32>(&mut *next, read("select 1 from pg_sleep(0.002)", vec![])).await;
        assert_eq!(found.unwrap_or_else(|error| panic!("round {round}: {error:?}")), [1]);
    }
    assert!(driver.status().open <= 1);
}

#[tokio::test]
async fn a_stream_left_half_way_is_passed_over_inside_a_transaction() {
    let Some(driver) = single("drop_stream").await else { return };
    let mut connection = acquire(&driver).await;
    begin(&mut *connection).await;
    run(&mut *connection, "insert into t values (1)").await.unwrap();
    let mut stream = connection.stream(read("select generate_series(1, 100000)", vec![])).await.unwrap();
    let (sink, more) = stream.fill(Box::new(Rows::<i32>::default())).await.unwrap();
    assert!(more && !taken::<i32>(sink).is_empty());
    drop(stream);
    run(&mut *connection, "insert into t values (2)").await.unwrap();
    connection.commit().await.unwrap();
    assert_eq!(count(&mut *connection).await, 2);
}

#[tokio::test]
async fn an_error_in_the_unread_rest_of_a_stream_is_told_at_the_commit() {
    let Some(driver) = single("drop_late_error").await else { return };
    let mut connection = acquire(&driver).await;
    begin(&mut *connection).await;
    run(&mut *connection, "insert into t values (1)").await.unwrap();
    let late = read("select 1 / (50000 - g) from generate_series(1, 50000) g", vec![]);
    let mut stream = connection.stream(late).await.unwrap();
    stream.fill(Box::new(Rows::<i32>::default())).await.unwrap();
    drop(stream);
    assert_eq!(connection.commit().await.unwrap_err().kind(), ErrorKind::RolledBack);
    assert_eq!(count(&mut *connection).await, 0);
}

#[tokio::test]
async fn a_big_result_nobody_reads_is_cancelled() {
    let Some(options) = options() else { return };
    let driver = connect(options.max_connections(1).cancel_grace(Duration::from_millis(1))).await;
    let mut connection = acquire(&driver).await;
    // Endless, as far as this test is concerned.
    let endless = read("select repeat('x', 1000), generate_series(1, 2000000000)", vec![]);
    let mut stream = connection.stream(endless).await.unwrap();
    let (sink, _) = stream.fill(Box::new(Rows::<(String, i32)>::default())).await.unwrap();
    assert!(!taken::<(String, i32)>(sink).is_empty());
    drop(stream);
    drop(connection);
    assert_eq!(one::<i32>(&mut *acquire(&driver).await, "select 1").await, 1);
}

#[tokio::test]
async fn dropped_preparations_leave_no_statements_behind() {
    let Some(options) = options() else { return };
    let driver = connect(options.max_connections(1).statement_cache(10)).await;
    let mut random = Random(3);
    for round in 0..500 {
        let mut connection = acquire(&driver).await;
        let statement = || read(&format!("select {round}"), vec![]);
        rows::<i32>(&mut *connection, statement()).await.unwrap();
        // The second use prepares it.
        let _ = dropped_after(random.below(4), rows::<i32>(&mut *connection, statement())).await;
    }
    let mut connection = acquire(&driver).await;
    let left: i64 = one(&mut *connection, "select count(*) from pg_prepared_statements").await;
    assert!((1..=10).contains(&left), "{left} statements on the server");
}

/// Leaves a connection in one of many states, and the connection.
async fn make_a_mess(mut connection: Box<dyn Connection>, random: &mut Random, id: i32) {
    let kind = random.below(16);
    let polls = random.below(6);
    let c = &mut *connection;
    match kind {
        0 => drop(run_with(c, raw("set work_mem = '1MB'", vec![])).await),
        1 => drop(rows::<String>(c, raw("select set_config('work_mem', '2MB', false)", vec![])).await),
        2 => drop(run_with(c, raw("select pg_advisory_lock(7)", vec![])).await.map(drop)),
        3 => drop(c.run_script("create temp table mess (id int); set role app_torture").await),
        4 => {
            begin(c).await;
            let _ = run(c, &format!("insert into t values ({id})")).await;
        }
        5 => {
            begin(c).await;
            let _ = run(c, "select 1/0").await;
        }
        6 => drop(dropped_after(polls, rows::<String>(c, read("select pg_sleep(600)::text", vec![]))).await),
        7 => {
            let big = read("select repeat('x', 100) from generate_series(1, 300000)", vec![]);
            if let Some(Ok(mut stream)) = dropped_after(polls, c.stream(big)).await {
                let _ = dropped_after(polls, stream.fill(Box::new(Rows::<String>::default()))).await;
            }
        }
        8 => drop(dropped_after(polls, run_with(c, raw("prepare mess as select 1", vec![]))).await),
        9 => drop(dropped_after(polls, run_with(c, raw("listen mess", vec![]))).await),
        10 => {
            let batch = (0..10).map(|_| {
                (read("select 1 from pg_sleep(0.001)", vec![]), Box::new(Discard::default()) as Box<_>)
            });
            let _ = dropped_after(polls, c.pipeline(batch.collect())).await;
        }
        11 => {
            begin(c).await;
            let _ = dropped_after(polls, run(c, &format!("insert into t values ({id})"))).await;
        }
        12 => drop(c.run_script("declare mess cursor with hold for select 1").await),
        13 => drop(dropped_after(polls, rows::<i32>(c, raw(&format!("select {id}"), vec![]))).await),
        14 => {
            begin(c).await;
            c.savepoint("kysera_1").await.unwrap();
            let _ = dropped_after(polls, run_with(c, raw("set local work_mem = '3MB'", vec![]))).await;
            let _ = dropped_after(polls, c.rollback_to("kysera_1")).await;
        }
        _ => {
            begin(c).await;
            let _ = run(c, "select 1").await;
            let _ = dropped_after(polls, c.rollback()).await;
        }
    }
}

const IS_AS_NEW: &str = "
    select concat_ws(', ',
        case when current_setting('work_mem') <> (select reset_val || 'kB' from pg_settings where name = 'work_mem')
             and current_setting('work_mem') <> '4MB' then 'a setting' end,
        case when current_user <> session_user then 'a role' end,
        case when exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) then 'a lock' end,
        case when exists (select from pg_class where relnamespace = pg_my_temp_schema()) then 'a temporary table' end,
        case when exists (select from pg_listening_channels()) then 'a listener' end,
        case when exists (select from pg_cursors where is_holdable) then 'a cursor' end,
        case when exists (select from pg_prepared_statements where from_sql) then 'a statement' end,
        case when exists (select from t) then 'a row' end)";

async fn torture(
    schema: &str,
    change: impl FnOnce(kysera_postgres::PostgresOptions) -> kysera_postgres::PostgresOptions,
) {
    let change = |options: kysera_postgres::PostgresOptions| {
        change(options.max_connections(4).cancel_grace(Duration::from_millis(2)))
    };
    let Some(driver) = driver_with(schema, change).await else { return };
    let driver = Arc::new(driver);
    let setup = "create table t (id int);
                 do $$ begin create role app_torture; exception when duplicate_object or unique_violation then end $$";
    acquire(&*driver).await.run_script(setup).await.unwrap();
    let tasks: Vec<_> = (0..16_i32)
        .map(|task| {
            let driver = driver.clone();
            tokio::spawn(async move {
                let mut random = Random(0x9e37_79b9 + u64::try_from(task).unwrap());
                for round in 0..40 {
                    let mut connection = acquire(&*driver).await;
                    let mine = task * 1000 + round;
                    // Two statements of one transaction would say the same.
                    let (first, second): (String, String) = (
                        one(&mut *connection, "select now()::text").await,
                        one(&mut *connection, "select now()::text").await,
                    );
                    assert_ne!(first, second, "task {task}, round {round} began in a transaction");
                    let question = read(&format!("select ({IS_AS_NEW}), $1"), vec![Value::I32(mine)]);
                    let found = rows::<(String, i32)>(&mut *connection, question).await;
                    assert_eq!(found.unwrap(), [(String::new(), mine)], "task {task}, round {round}");
                    make_a_mess(connection, &mut random, mine).await;
                }
            })
        })
        .collect();
    for task in tasks {
        in_time(task).await.unwrap();
    }
    assert!(driver.status().open <= 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_left_behind_nobody_finds_it() {
    torture("drop_torture", |options| options).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_left_behind_over_tls_nobody_finds_it() {
    if kysera_testing::postgres_ca().is_none() {
        return;
    }
    torture("drop_torture_tls", |options| options.ssl_mode(kysera_postgres::SslMode::Require)).await;
}

#[tokio::test]
async fn a_session_changed_by_the_builders_statements_is_noticed_by_their_tags() {
    let Some(driver) = driver_with("drop_tags", |options| options.max_connections(1)).await else { return };
    for sql in ["set work_mem = '1MB'", "listen somebody", "create temp table mess (id int)"] {
        run(&mut *acquire(&driver).await, sql).await.unwrap();
        let mut next = acquire(&driver).await;
        let clean: bool = one(
            &mut *next,
            "select current_setting('work_mem') <> '1MB' and not exists (select from pg_listening_channels())
             and not exists (select from pg_class where relname = 'mess')",
        )
        .await;
        assert!(clean, "{sql}");
    }
}

#[tokio::test]
async fn statements_that_stay_prepared_survive_a_reset() {
    // One connection: while it is reset, no other may stand in for it.
    let Some(driver) = driver_with("drop_keeps_plans", |options| options.max_connections(1)).await else {
        return;
    };
    for _ in 0..5 {
        let mut connection = acquire(&driver).await;
        assert_eq!(rows::<i32>(&mut *connection, raw("select 42", vec![])).await.unwrap(), [42]);
    }
    let mut connection = acquire(&driver).await;
    let kept: i64 =
        one(&mut *connection, "select count(*) from pg_prepared_statements where statement = 'select 42'")
            .await;
    assert_eq!(kept, 1);
}

/// Moves amounts between accounts, so that their sum stays: some of them nested, with a query and a stream between.
async fn moved(tx: &mut Transaction) -> Result<()> {
    let take = async |tx: &Transaction, amount: i32, account: i32| {
        let sql = "update account set amount = amount - {} where id = {}";
        kysera_core::raw(sql).bind(amount).bind(account).execute(tx).await
    };
    take(tx, 5, 2).await?;
    kysera_core::raw("select count(*) from generate_series(1, 20000)").rows::<(i64,)>().fetch_all(tx).await?;
    take(tx, -5, 3).await?;
    tx.transaction(async |tx| {
        take(tx, 1, 3).await?;
        let mut rows = kysera_core::tree(numbered()).rows::<(i32,)>().fetch_stream(&mut *tx);
        assert!(rows.next().await.is_some());
        drop(rows);
        take(tx, -1, 1).await?;
        Ok(())
    })
    .await?;
    let undone: Result<()> = tx
        .transaction(async |tx| {
            take(tx, 50, 1).await?;
            Err(kysera_core::Error::new(ErrorKind::Application, "not this"))
        })
        .await;
    assert_eq!(undone.unwrap_err().kind(), ErrorKind::Application);
    Ok(())
}

/// `select id from account`, of which the executor knows that it only reads.
fn numbered() -> kysera_sql::ast::Select {
    use kysera_sql::ast::{Expr, Select, SelectItem, TableRef};
    let mut select = Select::from(TableRef::named("account"));
    select.items.push(SelectItem::expr(Expr::column("account", "id")));
    select
}

#[tokio::test]
async fn a_nested_transaction_dropped_at_every_step_is_undone_alone() {
    for (schema, is_prepared) in [("drop_nested", true), ("drop_nested_plain", false)] {
        let Some(driver) = driver_with(schema, |options| {
            options
                .max_connections(1)
                .prepare(is_prepared)
                .cancel_grace(Duration::from_millis(if is_prepared { 1 } else { 500 }))
        })
        .await
        else {
            return;
        };
        let db = kysera_core::Db::new(driver.clone());
        run(&mut *acquire(&driver).await, "create table account (id int primary key, amount int)")
            .await
            .unwrap();
        let (mut mended, mut aborted) = (0, 0);
        for polls in 0.. {
            let fresh = "delete from account; insert into account values (1, 100), (2, 100), (3, 100)";
            acquire(&driver).await.run_script(fresh).await.unwrap();
            let mut inner = None;
            let result = db
                .transaction(async |tx| {
                    kysera_core::raw("update account set amount = amount - 10 where id = 1")
                        .execute(tx)
                        .await?;
                    inner = dropped_after(polls, tx.transaction(moved)).await;
                    kysera_core::raw("update account set amount = amount + 10 where id = 2")
                        .execute(tx)
                        .await?;
                    Ok(())
                })
                .await;
            let all = "select string_agg(amount::text, ' ' order by id) from account";
            let found: String = one(&mut *acquire(&driver).await, all).await;
            match (&inner, &result) {
                (Some(inner), result) => {
                    inner.as_ref().unwrap();
                    result.as_ref().unwrap();
                    assert_eq!(found, "91 105 104");
                }
                (None, Ok(())) => {
                    assert_eq!(found, "90 110 100", "after {polls} polls");
                    mended += 1;
                }
                // The release of the savepoint had been sent.
                (None, Err(error)) => {
                    assert_eq!(error.kind(), ErrorKind::TransactionAborted, "{error:?}");
                    assert_eq!(found, "100 100 100", "after {polls} polls");
                    aborted += 1;
                }
            }
            if inner.is_some() {
                break;
            }
        }
        // How often it is polled while the release is under way depends on the machine.
        assert!(mended >= 5 && aborted < mended, "{mended} mended, {aborted} aborted");
    }
}

#[tokio::test]
async fn a_nested_transaction_that_times_out_costs_nothing_else() {
    let Some(driver) = single("drop_timeout").await else { return };
    kysera_core::Db::new(driver.clone())
        .transaction(async |tx| {
            kysera_core::raw("insert into t values (1)").execute(tx).await?;
            for _ in 0..3 {
                let slow = tx.transaction(async |tx| {
                    kysera_core::raw("insert into t values (2)").execute(tx).await?;
                    kysera_core::raw("insert into t select 3 from pg_sleep(600)").execute(tx).await
                });
                assert!(tokio::time::timeout(Duration::from_millis(20), slow).await.is_err());
            }
            kysera_core::raw("insert into t values (4)").execute(tx).await
        })
        .await
        .unwrap();
    let all = "select string_agg(id::text, ',' order by id) from t";
    assert_eq!(one::<String>(&mut *acquire(&driver).await, all).await, "1,4");
}

#[tokio::test]
async fn a_rollback_does_not_wait_for_the_rest_of_an_endless_stream() {
    let Some(driver) = single("drop_endless").await else { return };
    let mut connection = acquire(&driver).await;
    let endless = || read("select repeat('x', 1000), generate_series(1, 2000000000)", vec![]);
    begin(&mut *connection).await;
    run(&mut *connection, "insert into t values (1)").await.unwrap();
    connection.savepoint("kysera_1").await.unwrap();
    let mut stream = connection.stream(endless()).await.unwrap();
    drop(stream.fill(Box::new(Rows::<(String, i32)>::default())).await.unwrap());
    drop(stream);
    in_time(connection.rollback_to("kysera_1")).await.unwrap();
    connection.commit().await.unwrap();
    assert_eq!(count(&mut *connection).await, 1);
    begin(&mut *connection).await;
    let mut stream = connection.stream(endless()).await.unwrap();
    drop(stream.fill(Box::new(Rows::<(String, i32)>::default())).await.unwrap());
    drop(stream);
    in_time(connection.rollback()).await.unwrap();
    assert_eq!(count(&mut *connection).await, 1);
}
