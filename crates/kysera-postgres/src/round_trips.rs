//! How many round trips things take, as the monitor counts them. Needs a server, and what no user sees.

use crate::connection::PgConnection;
use crate::manager::PgManager;
use crate::options::PostgresOptions;
use crate::server::Server;
use kysera_core::driver::{Connection, TransactionOptions};
use kysera_core::pool::{Hooks, Pool};
use kysera_sql::compiled::{Compiled, Facts, StatementKind};
use kysera_sql::row::{Discard, RowSink};
use kysera_sql::value::Value;
use std::sync::Arc;

/// A connection, or a visible skip.
async fn connect(change: impl FnOnce(PostgresOptions) -> PostgresOptions) -> Option<PgConnection> {
    let pool = pool(change)?;
    Some(PgConnection::new(pool.acquire().await.unwrap()))
}

fn pool(change: impl FnOnce(PostgresOptions) -> PostgresOptions) -> Option<Pool<PgManager>> {
    let options: PostgresOptions = change(kysera_testing::postgres_url()?.parse().unwrap());
    let pool_options = options.pool.clone();
    let server = Arc::new(Server::new(options).unwrap());
    Some(Pool::new(PgManager { server, hooks: Hooks::default() }, pool_options, Hooks::default()))
}

fn statement(sql: &str, params: Vec<Value>, kind: StatementKind) -> Compiled {
    Compiled::new(sql, params, kind, Facts::new().returning_rows())
}

fn sink() -> Box<dyn RowSink> {
    Box::new(Discard::default())
}

/// Trips and requests since the last call.
fn counted(connection: &mut PgConnection, last: &mut (u64, u64)) -> (u64, u64) {
    let monitor = &connection.raw().monitor;
    let now = (monitor.trips(), monitor.syncs());
    let since = (now.0 - last.0, now.1 - last.1);
    *last = now;
    since
}

#[tokio::test]
async fn every_use_of_a_statement_costs_one_trip() {
    let Some(mut connection) = connect(|options| options).await else { return };
    let mut last = (0, 0);
    counted(&mut connection, &mut last);
    // The second use sends two requests in its trip: the statement and its preparation.
    for (usage, requests) in [1, 2, 1, 1, 1].into_iter().enumerate() {
        connection
            .run(statement("select $1::int", vec![Value::I32(1)], StatementKind::Read), sink())
            .await
            .unwrap();
        assert_eq!(counted(&mut connection, &mut last), (1, requests), "use {}", usage + 1);
    }
}

#[tokio::test]
async fn a_custom_type_is_looked_up_once_and_costs_nothing_after_that() {
    let Some(mut connection) = connect(|options| options).await else { return };
    connection.run_script("create temp table pair (a int); insert into pair values (1)").await.unwrap();
    let mut last = (0, 0);
    counted(&mut connection, &mut last);
    // A table's row is of a type of its own.
    for trips in [2, 1, 1, 1] {
        connection.run(statement("select pair from pair", vec![], StatementKind::Raw), sink()).await.unwrap();
        assert_eq!(counted(&mut connection, &mut last).0, trips);
    }
}

#[tokio::test]
async fn without_preparing_every_use_is_one_request() {
    let Some(mut connection) = connect(|options| options.prepare(false)).await else { return };
    let mut last = (0, 0);
    counted(&mut connection, &mut last);
    for kind in [StatementKind::Read, StatementKind::Raw] {
        for _ in 0..4 {
            connection.run(statement("select 1", vec![], kind), sink()).await.unwrap();
            assert_eq!(counted(&mut connection, &mut last), (1, 1));
        }
    }
}

#[tokio::test]
async fn a_transaction_begins_in_the_trip_of_its_first_statement_and_a_savepoint_too() {
    let Some(mut connection) = connect(|options| options.resolve_commits(true)).await else { return };
    let mut last = (0, 0);
    counted(&mut connection, &mut last);
    connection.begin(TransactionOptions::default()).await.unwrap();
    assert_eq!(counted(&mut connection, &mut last), (0, 0));
    // The beginning, the transaction's number, the statement.
    connection.run(statement("select 1", vec![], StatementKind::Write), sink()).await.unwrap();
    assert_eq!(counted(&mut connection, &mut last), (1, 3));
    connection.savepoint("kysera_1").await.unwrap();
    connection.run(statement("select 2", vec![], StatementKind::Write), sink()).await.unwrap();
    assert_eq!(counted(&mut connection, &mut last), (1, 2));
    connection.release("kysera_1").await.unwrap();
    connection.commit().await.unwrap();
    assert_eq!(counted(&mut connection, &mut last), (2, 2));
    // Nothing was done, nothing is said.
    connection.begin(TransactionOptions::default()).await.unwrap();
    connection.savepoint("kysera_1").await.unwrap();
    connection.release("kysera_1").await.unwrap();
    connection.commit().await.unwrap();
    assert_eq!(counted(&mut connection, &mut last), (0, 0));
}

#[tokio::test]
async fn a_pipeline_is_one_trip_with_its_beginning() {
    let Some(mut connection) = connect(|options| options).await else { return };
    let mut last = (0, 0);
    counted(&mut connection, &mut last);
    connection.begin(TransactionOptions::default()).await.unwrap();
    let batch = (0..5).map(|n| (statement(&format!("select {n}"), vec![], StatementKind::Read), sink()));
    assert!(connection.pipeline(batch.collect()).await.iter().all(Result::is_ok));
    assert_eq!(counted(&mut connection, &mut last), (1, 6));
    connection.commit().await.unwrap();
}

#[tokio::test]
async fn a_quiet_connection_goes_back_at_once_and_a_touched_one_is_reset() {
    let Some(pool) = pool(|options| options.max_connections(1)) else { return };
    let mut connection = PgConnection::new(pool.acquire().await.unwrap());
    connection.run(statement("select 1", vec![], StatementKind::Read), sink()).await.unwrap();
    let monitor = connection.raw().monitor.clone();
    let before = monitor.syncs();
    drop(connection);
    let mut connection = PgConnection::new(pool.acquire().await.unwrap());
    assert_eq!(monitor.syncs(), before, "nothing was asked");
    connection.run(statement("set work_mem = '1MB'", vec![], StatementKind::Write), sink()).await.unwrap();
    drop(connection);
    drop(pool.acquire().await.unwrap());
    assert_eq!(monitor.syncs(), before + 2, "the statement and the reset");
}
