//! Through a proxy that gives each transaction another server connection (PgBouncer in transaction mode).
//!
//! `KYSERA_TEST_PGBOUNCER_URL` names one that does not follow prepared statements, and
//! `KYSERA_TEST_PGBOUNCER_PREPARED_URL` one that does (1.21 or newer).

use crate::support::{
    Random, acquire, connect, dropped_after, in_time, one, raw, read, rows, run, run_with, taken, write,
};
use kysera_core::driver::{Connection, TransactionOptions};
use kysera_core::error::ErrorKind;
use kysera_postgres::PostgresOptions;
use kysera_sql::row::{Discard, Rows};
use kysera_sql::value::Value;
use std::sync::Arc;
use std::time::Duration;

fn proxied(variable: &str, prepare: bool) -> Option<PostgresOptions> {
    let url = kysera_testing::servers::address("pgbouncer", variable)?;
    let options: PostgresOptions = url.parse().unwrap();
    Some(options.prepare(prepare))
}

/// Every feature but `listen`, by many clients on few server connections.
async fn every_feature(options: PostgresOptions, table: &str) {
    let driver = Arc::new(connect(options.max_connections(12)).await);
    let setup = format!("drop table if exists {table}; create table {table} (id int primary key, n int)");
    acquire(&*driver).await.run_script(&setup).await.unwrap();
    let tasks: Vec<_> = (0..12_i32)
        .map(|client| {
            let (driver, table) = (driver.clone(), table.to_owned());
            tokio::spawn(async move {
                for round in 0..20_i32 {
                    let mut connection = acquire(&*driver).await;
                    one_client(&mut *connection, &table, client * 1000 + round).await;
                }
            })
        })
        .collect();
    for task in tasks {
        in_time(task).await.unwrap();
    }
    let mut connection = acquire(&*driver).await;
    let (count, sum): (i64, i64) =
        one(&mut *connection, &format!("select count(*), sum(n) from {table}")).await;
    assert_eq!((count, sum), (240, 240 * 3));
    run(&mut *connection, &format!("drop table {table}")).await.unwrap();
}

async fn one_client(connection: &mut dyn Connection, table: &str, id: i32) {
    let select = || read("select $1::int + 1", vec![Value::I32(id)]);
    assert_eq!(rows::<i32>(connection, select()).await.unwrap(), [id + 1]);
    assert_eq!(rows::<String>(connection, raw("select 'raw'", vec![])).await.unwrap(), ["raw"]);
    let insert = write(&format!("insert into {table} values ($1, 1)"), vec![Value::I32(id)]);
    connection.begin(TransactionOptions::default()).await.unwrap();
    run_with(connection, insert.clone()).await.unwrap();
    connection.savepoint("kysera_1").await.unwrap();
    let again = run_with(connection, insert).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::UniqueViolation);
    connection.rollback_to("kysera_1").await.unwrap();
    let update = || write(&format!("update {table} set n = n + 1 where id = $1"), vec![Value::I32(id)]);
    let batch = vec![
        (update(), Box::new(Discard::default()) as Box<_>),
        (update(), Box::new(Discard::default()) as Box<_>),
    ];
    assert!(connection.pipeline(batch).await.iter().all(Result::is_ok));
    connection.commit().await.unwrap();
    let batch = (0..5).map(|_| (select(), Box::new(Rows::<i32>::default()) as Box<_>));
    for ran in connection.pipeline(batch.collect()).await {
        assert_eq!(taken::<i32>(ran.unwrap().1), [id + 1]);
    }
    let mut stream = connection.stream(read("select generate_series(1, 3000)", vec![])).await.unwrap();
    let (mut count, mut more) = (0, true);
    while more {
        let (sink, again) = stream.fill(Box::new(Rows::<i32>::default())).await.unwrap();
        (count, more) = (count + taken::<i32>(sink).len(), again);
    }
    assert_eq!(count, 3000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_feature_works_without_preparing() {
    let Some(options) = proxied("KYSERA_TEST_PGBOUNCER_URL", false) else { return };
    every_feature(options, "proxied_typed").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_feature_works_with_a_proxy_that_follows_prepared_statements() {
    let Some(options) = proxied("KYSERA_TEST_PGBOUNCER_PREPARED_URL", true) else { return };
    every_feature(options, "proxied_prepared").await;
}

#[tokio::test]
async fn custom_types_are_read_through_a_proxy() {
    let Some(options) = proxied("KYSERA_TEST_PGBOUNCER_URL", false) else { return };
    let driver = connect(options).await;
    let mut connection = acquire(&driver).await;
    let _ = run(&mut *connection, "create type proxied_mood as enum ('ok')").await;
    let big = "select 'ok'::proxied_mood, repeat('x', 1000) from generate_series(1, 3000)";
    for _ in 0..3 {
        let found = in_time(rows::<(String, String)>(&mut *connection, raw(big, vec![]))).await.unwrap();
        assert_eq!((found.len(), &*found[2999].0), (3000, "ok"));
    }
}

/// Short statements dropped at random; the next user's statement must not be hit.
async fn drops(options: PostgresOptions) {
    let driver = connect(options.max_connections(2).cancel_grace(Duration::from_micros(500))).await;
    let mut random = Random(11);
    for round in 0..300 {
        let mut connection = acquire(&driver).await;
        let wait = ["0", "0.0003", "0.002"][random.below(3)];
        let slow = read(&format!("select pg_sleep({wait})::text"), vec![]);
        let _ = dropped_after(1 + random.below(3), rows::<String>(&mut *connection, slow)).await;
        drop(connection);
        let mut next = acquire(&driver).await;
        let found = in_time(rows::<i32>(&mut *next, read("select 1 from pg_sleep(0.002)", vec![]))).await;
        assert_eq!(found.unwrap_or_else(|error| panic!("round {round}: {error:?}")), [1]);
    }
}

#[tokio::test]
async fn no_request_to_cancel_hits_the_next_user_of_a_proxy() {
    let Some(options) = proxied("KYSERA_TEST_PGBOUNCER_PREPARED_URL", true) else { return };
    drops(options).await;
}

#[tokio::test]
async fn without_preparing_drops_do_not_disturb_the_proxy() {
    let Some(options) = proxied("KYSERA_TEST_PGBOUNCER_URL", false) else { return };
    drops(options).await;
}
