//! Backends that are killed: idle, in a query, in a transaction, during the commit.

use crate::proxy::Proxy;
use crate::support::{acquire, connect, driver_with, one, options, raw, read, rows, run, run_with, write};
use kysera_core::driver::{Connection, TransactionOptions};
use kysera_core::error::ErrorKind;
use kysera_postgres::Postgres;
use kysera_sql::value::Value;

async fn pid(connection: &mut dyn Connection) -> i32 {
    one(connection, "select pg_backend_pid()").await
}

/// Kills a backend and waits until it is gone.
async fn kill(admin: &Postgres, pid: i32) {
    let mut admin = acquire(admin).await;
    rows::<bool>(&mut *admin, read("select pg_terminate_backend($1, 10000)", vec![Value::I32(pid)]))
        .await
        .unwrap();
}

async fn admin() -> Option<Postgres> {
    Some(connect(options()?.max_connections(2)).await)
}

#[tokio::test]
async fn a_connection_killed_while_idle_is_replaced() {
    let Some(admin) = admin().await else { return };
    let driver = connect(options().unwrap().max_connections(1)).await;
    for _ in 0..5 {
        let mut connection = acquire(&driver).await;
        let before = pid(&mut *connection).await;
        drop(connection);
        kill(&admin, before).await;
        let mut connection = acquire(&driver).await;
        // The news may be a moment late: then the first statement says so, and the lease after it is good.
        match rows::<i32>(&mut *connection, read("select pg_backend_pid()", vec![])).await {
            Ok(found) => assert_ne!(found, [before]),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::ConnectionClosed, "{error:?}");
                drop(connection);
                assert_ne!(pid(&mut *acquire(&driver).await).await, before);
            }
        }
    }
}

#[tokio::test]
async fn a_connection_killed_in_a_query_says_so_and_is_replaced() {
    let Some(admin) = admin().await else { return };
    let driver = connect(options().unwrap().max_connections(1)).await;
    let mut connection = acquire(&driver).await;
    let before = pid(&mut *connection).await;
    let (killed, _) = tokio::join!(
        rows::<String>(&mut *connection, read("select pg_sleep(600)::text", vec![])),
        kill(&admin, before)
    );
    assert_eq!(killed.unwrap_err().kind(), ErrorKind::ConnectionClosed);
    let error = rows::<i32>(&mut *connection, read("select 1", vec![])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionClosed);
    drop(connection);
    assert_ne!(pid(&mut *acquire(&driver).await).await, before);
    assert_eq!(driver.status().open, 1);
}

#[tokio::test]
async fn a_transaction_killed_before_its_commit_is_not_reported_as_committed() {
    let Some(admin) = admin().await else { return };
    for resolve in [false, true] {
        let schema = format!("kill_before_{resolve}");
        let Some(driver) = driver_with(&schema, |options| options.resolve_commits(resolve)).await else {
            return;
        };
        let mut connection = acquire(&driver).await;
        run(&mut *connection, "create table t (id int)").await.unwrap();
        let victim = pid(&mut *connection).await;
        connection.begin(TransactionOptions::default()).await.unwrap();
        run(&mut *connection, "insert into t values (1)").await.unwrap();
        kill(&admin, victim).await;
        let error = connection.commit().await.unwrap_err();
        let expected = [ErrorKind::ConnectionClosed, ErrorKind::CommitUnknown, ErrorKind::RolledBack];
        assert!(expected.contains(&error.kind()), "{error:?}");
        assert!(!error.is_transient());
        if resolve {
            assert_ne!(error.kind(), ErrorKind::CommitUnknown);
        }
        drop(connection);
        assert_eq!(one::<i64>(&mut *acquire(&driver).await, "select count(*) from t").await, 0);
    }
}

/// A deferred trigger kills the session in the middle of its commit.
const SUICIDE: &str = "
    create table t (id int);
    create function die() returns trigger language plpgsql as
        $$ begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(1); return null; end $$;
    create constraint trigger suicide after insert on t deferrable initially deferred
        for each row execute function die()";

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_unknown_and_resolved_when_asked() {
    for (schema, resolve, expected) in
        [("kill_commit", false, ErrorKind::CommitUnknown), ("kill_resolve", true, ErrorKind::RolledBack)]
    {
        let Some(driver) = driver_with(schema, |options| options.resolve_commits(resolve)).await else {
            return;
        };
        let mut connection = acquire(&driver).await;
        connection.run_script(SUICIDE).await.unwrap();
        connection.begin(TransactionOptions::default()).await.unwrap();
        run_with(&mut *connection, write("insert into t values (1)", vec![])).await.unwrap();
        run_with(&mut *connection, raw("select 1", vec![])).await.unwrap();
        let error = connection.commit().await.unwrap_err();
        assert_eq!(error.kind(), expected, "{error:?}");
        assert!(!error.is_transient());
        drop(connection);
        assert_eq!(one::<i64>(&mut *acquire(&driver).await, "select count(*) from t").await, 0);
    }
}

#[tokio::test]
async fn the_outcome_of_a_lost_commit_is_found_out_when_asked() {
    let Some(proxy) = Proxy::start().await else { return };
    let Some(direct) = driver_with("kill_lost", |options| options).await else { return };
    let mut watcher = acquire(&direct).await;
    run(&mut *watcher, "create table t (id int)").await.unwrap();
    for (resolve, reaches_server) in [(false, true), (false, false), (true, true), (true, false)] {
        run(&mut *watcher, "delete from t").await.unwrap();
        let options = proxy
            .options
            .clone()
            .options("-c search_path=kill_lost")
            .resolve_commits(resolve)
            .max_connections(1);
        let driver = connect(options).await;
        let mut connection = acquire(&driver).await;
        connection.begin(TransactionOptions::default()).await.unwrap();
        run(&mut *connection, "insert into t values (1)").await.unwrap();
        if reaches_server {
            proxy.lose_next_answer();
        } else {
            proxy.lose_next_request();
        }
        let outcome = connection.commit().await;
        let expected = match (resolve, reaches_server) {
            (false, _) => Some(ErrorKind::CommitUnknown),
            (true, true) => None,
            (true, false) => Some(ErrorKind::RolledBack),
        };
        assert_eq!(outcome.err().map(|error| error.kind()), expected, "{resolve} {reaches_server}");
        drop(connection);
        let rows = one::<i64>(&mut *watcher, "select count(*) from t").await;
        assert_eq!(rows, i64::from(reaches_server));
        assert_eq!(one::<i32>(&mut *acquire(&driver).await, "select 1").await, 1);
    }
}

#[tokio::test]
async fn the_lost_answer_to_a_read_only_commit_is_no_unknown_commit() {
    let Some(proxy) = Proxy::start().await else { return };
    for resolve in [false, true] {
        let driver = connect(proxy.options.clone().resolve_commits(resolve).max_connections(1)).await;
        let mut connection = acquire(&driver).await;
        connection.begin(TransactionOptions::snapshot()).await.unwrap();
        assert_eq!(one::<i32>(&mut *connection, "select 1").await, 1);
        proxy.lose_next_answer();
        let error = connection.commit().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionClosed, "{error:?}");
        assert!(error.to_string().contains("nothing to commit"), "{error}");
    }
}

#[tokio::test]
async fn a_transaction_that_was_idle_for_too_long_says_so() {
    let Some(admin) = admin().await else { return };
    let driver = connect(options().unwrap().max_connections(1)).await;
    let mut connection = acquire(&driver).await;
    let victim = pid(&mut *connection).await;
    run_with(&mut *connection, raw("set idle_in_transaction_session_timeout = 50", vec![])).await.unwrap();
    connection.begin(TransactionOptions::default()).await.unwrap();
    assert_eq!(one::<i32>(&mut *connection, "select 1").await, 1);
    let mut watcher = acquire(&admin).await;
    let is_alive = || read("select 1 from pg_stat_activity where pid = $1", vec![Value::I32(victim)]);
    while !rows::<i32>(&mut *watcher, is_alive()).await.unwrap().is_empty() {}
    for outcome in
        [rows::<i32>(&mut *connection, read("select 1", vec![])).await.map(drop), connection.commit().await]
    {
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::ConnectionClosed, Some("25P03")), "{error:?}");
        assert!(error.to_string().contains("idle_in_transaction_session_timeout"), "{error}");
    }
}
