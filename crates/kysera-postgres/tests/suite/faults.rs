//! The pool when the server is full, restarts, or is slow, and when the network forgets its connections.

use crate::proxy::Proxy;
use crate::support::{acquire, connect, driver_with, in_time, one, options, raw, read, rows};
use kysera_core::driver::{Driver, TransactionOptions};
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_core::pool::PoolOptions;
use kysera_core::{Db, QueryExt};
use kysera_postgres::{Event, Postgres, PostgresOptions, SslMode};
use kysera_sql::compiled::Access;
use std::error::Error as _;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// The driver waits ten seconds for a server that does not come to rest. Who is held up by that waits for longer than this
/// and gets an error.
const BEFORE_REST: Duration = Duration::from_secs(8);

fn pool() -> PoolOptions {
    PoolOptions::default()
}

/// That many connections at the same time, so that as many are idle afterwards.
async fn fill(driver: &Postgres, count: usize) {
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(acquire(driver).await);
    }
    drop(all);
    assert_eq!(driver.status().idle, count);
}

async fn ask(driver: &Postgres) -> Result<i32> {
    let mut connection = driver.acquire(Access::Read).await?;
    rows::<i32>(&mut *connection, read("select 1", vec![])).await.map(|rows| rows[0])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_dropped_on_a_silent_network_hold_nobody_up_and_cost_a_handful_of_connections() {
    let Some(proxy) = Proxy::start().await else { return };
    let options = proxy.options.clone().max_connections(10).acquire_timeout(BEFORE_REST);
    let driver = Arc::new(connect(options).await);
    fill(&driver, 10).await;
    let before = proxy.accepted();
    proxy.forget_connections();
    let dropped: Vec<_> = (0..10)
        .map(|_| {
            let driver = driver.clone();
            tokio::spawn(async move { timeout(Duration::from_millis(500), ask(&driver)).await.is_err() })
        })
        .collect();
    for dropped in dropped {
        assert!(dropped.await.unwrap(), "the network is silent");
    }
    assert_eq!(in_time(ask(&driver)).await.unwrap(), 1);
    in_time(async {
        while driver.status().closed.unclean < 10 {
            sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let made = proxy.accepted() - before;
    assert!(made <= 80, "{made} connections were made to cancel ten statements");
}

#[tokio::test]
async fn a_rollback_on_a_silent_network_has_an_end() {
    let Some(proxy) = Proxy::start().await else { return };
    let driver = connect(proxy.options.clone()).await;
    let (mut whole, mut part) = (acquire(&driver).await, acquire(&driver).await);
    for connection in [&mut whole, &mut part] {
        connection.begin(TransactionOptions::default()).await.unwrap();
        connection.savepoint("kysera_1").await.unwrap();
        assert_eq!(one::<i32>(&mut **connection, "select 1").await, 1);
    }
    proxy.forget_connections();
    // No statement is cut by a limit: nothing but the driver ends these.
    let (whole_ended, part_ended) =
        tokio::join!(in_time(whole.rollback()), in_time(part.rollback_to("kysera_1")));
    assert_eq!(whole_ended.unwrap_err().kind(), ErrorKind::ConnectionClosed);
    assert_eq!(part_ended.unwrap_err().kind(), ErrorKind::ConnectionClosed);
    // Nobody is given what is left of them.
    assert!(in_time(part.rollback()).await.is_err());
    drop((whole, part));
    assert_eq!(in_time(ask(&driver)).await.unwrap(), 1);
}

#[tokio::test]
async fn a_statement_over_its_limit_on_a_silent_network_ends_and_so_does_its_transaction() {
    let Some(proxy) = Proxy::start().await else { return };
    let db = Db::new(connect(proxy.options.clone().connect_timeout(Duration::from_secs(1))).await);
    let db = db.statement_limit(Duration::from_millis(300));
    let ask = || kysera_core::raw("select 1").rows::<i32>();
    let lost = db.transaction(async |tx| {
        ask().fetch_one(tx).await?;
        proxy.forget_connections();
        ask().fetch_one(tx).await
    });
    assert_eq!(in_time(lost).await.unwrap_err().kind(), ErrorKind::Canceled);
    assert_eq!(in_time(ask().fetch_one(&db)).await.unwrap(), 1);
}

#[tokio::test]
async fn a_listener_whose_network_went_silent_says_that_it_missed_something() {
    let Some(proxy) = Proxy::start().await else { return };
    let driver = connect(proxy.options.clone()).await;
    let mut listener = in_time(driver.listen(["orders"])).await.unwrap();
    proxy.forget_connections();
    // Half a minute, and the wait for an answer.
    assert!(matches!(in_time(listener.recv()).await.unwrap(), Event::Missed));
    acquire(&driver).await.run_script("notify orders, 'one'").await.unwrap();
    let Event::Notification(order) = in_time(listener.recv()).await.unwrap() else { panic!("none came") };
    assert_eq!(order.payload, "one");
}

#[tokio::test]
async fn listening_on_a_silent_network_has_an_end() {
    let Some(proxy) = Proxy::start().await else { return };
    // In plain text, which the proxy can read.
    let options = proxy.options.clone().ssl_mode(SslMode::Disable);
    let driver = connect(options.connect_timeout(Duration::from_secs(1))).await;
    proxy.lose("listen ");
    let error = in_time(driver.listen(["orders"])).await.expect_err("the network is silent");
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
}

#[tokio::test]
async fn idle_connections_that_the_network_forgot_cost_one_time_out_together() {
    let Some(proxy) = Proxy::start().await else { return };
    let pool = pool().check_after(Duration::ZERO).check_timeout(Duration::from_millis(500));
    let driver = connect(proxy.options.clone().pool(pool)).await;
    fill(&driver, 10).await;
    proxy.forget_connections();
    assert_eq!(ask(&driver).await.unwrap(), 1);
    let closed = driver.status().closed;
    assert_eq!((closed.unresponsive, closed.distrusted), (1, 9), "one was waited for, the others were not");
}

#[tokio::test]
async fn one_deadline_bounds_the_check_and_the_login_together() {
    let Some(proxy) = Proxy::start().await else { return };
    // Each alone would be done in time.
    let (limit, each) = (Duration::from_millis(1500), Duration::from_secs(1));
    let pool = pool().acquire_timeout(limit).check_after(Duration::ZERO).check_timeout(each);
    let driver = connect(proxy.options.clone().pool(pool)).await;
    proxy.forget_connections();
    proxy.delay_logins(each);
    assert_eq!(ask(&driver).await.unwrap_err().kind(), ErrorKind::PoolTimeout);
}

#[tokio::test]
async fn callers_less_patient_than_a_login_still_get_connections() {
    let Some(proxy) = Proxy::start().await else { return };
    let driver = connect(proxy.options.clone().max_connections(2)).await;
    let held = acquire(&driver).await;
    proxy.delay_logins(Duration::from_millis(600));
    let before = proxy.accepted();
    let impatient = || timeout(Duration::from_millis(100), driver.acquire(Access::Read));
    in_time(async { while !matches!(impatient().await, Ok(Ok(_))) {} }).await;
    assert_eq!(proxy.accepted(), before + 1, "one login serves those who come later");
    drop(held);
}

#[tokio::test]
async fn a_savepoint_is_undone_while_the_end_of_the_failed_statement_is_on_its_way() {
    let Some(proxy) = Proxy::start().await else { return };
    for prepare in [false, true] {
        // In plain text, which the proxy can read.
        let options = proxy.options.clone().ssl_mode(SslMode::Disable).prepare(prepare);
        let driver = connect(options).await;
        proxy.delay_ends(Duration::from_millis(100));
        let mut connection = acquire(&driver).await;
        connection.begin(TransactionOptions::default()).await.unwrap();
        connection.savepoint("kysera_1").await.unwrap();
        let failed = rows::<i32>(&mut *connection, read("select 1 / 0", vec![])).await.unwrap_err();
        assert_eq!(failed.kind(), ErrorKind::InvalidValue);
        connection.rollback_to("kysera_1").await.unwrap();
        assert_eq!(rows::<i32>(&mut *connection, read("select 1", vec![])).await.unwrap(), [1]);
        connection.commit().await.unwrap();
        proxy.delay_ends(Duration::ZERO);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_server_is_waited_for() {
    let Some(admin) = driver_with("fault_full", |options| options).await else { return };
    let role =
        "drop role if exists fault_full; create role fault_full login password 'full' connection limit 2";
    acquire(&admin).await.run_script(role).await.unwrap();
    let options = options().unwrap().user("fault_full").password("full").max_connections(8);
    let driver = Arc::new(connect(options).await);
    let tasks: Vec<_> = (0..40)
        .map(|_| {
            let driver = driver.clone();
            tokio::spawn(async move {
                let mut connection = driver.acquire(Access::Read).await?;
                rows::<String>(&mut *connection, read("select pg_sleep(0.02)::text", vec![])).await
            })
        })
        .collect();
    for task in tasks {
        in_time(task).await.unwrap().unwrap();
    }
    let status = driver.status();
    assert!(status.open <= 2 && status.open_failures > 0, "{status:?}");
    driver.close().await;
}

/// A driver whose only connection was lost, behind a proxy that hangs up on new ones.
async fn lost(proxy: &Proxy, limit: Duration) -> Postgres {
    let driver = connect(proxy.options.clone().max_connections(1).acquire_timeout(limit)).await;
    proxy.set_down(true);
    proxy.lose_next_answer();
    assert_eq!(ask(&driver).await.unwrap_err().kind(), ErrorKind::ConnectionClosed);
    driver
}

#[tokio::test]
async fn a_server_that_restarts_is_waited_for() {
    let Some(proxy) = Proxy::start().await else { return };
    let driver = lost(&proxy, Duration::from_secs(30)).await;
    let (answer, ()) = tokio::join!(ask(&driver), async {
        sleep(Duration::from_millis(400)).await;
        proxy.set_down(false);
    });
    assert_eq!(answer.unwrap(), 1);
}

#[tokio::test]
async fn a_server_that_stays_away_is_the_reason_given() {
    let Some(proxy) = Proxy::start().await else { return };
    let driver = lost(&proxy, Duration::from_millis(400)).await;
    let error = ask(&driver).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PoolTimeout);
    let reason = error.source().and_then(|source| source.downcast_ref::<Error>());
    assert_eq!(reason.map(Error::kind), Some(ErrorKind::ConnectionFailed), "{error}");
}

#[tokio::test]
async fn what_a_hook_does_to_a_new_session_survives_a_reset() {
    let Some(options) = options() else { return };
    let options = options
        .max_connections(1)
        .after_connect(|connection| Box::pin(connection.run_script("set work_mem = '7MB'")));
    let driver = connect(options).await;
    for _ in 0..3 {
        let mut connection = acquire(&driver).await;
        assert_eq!(one::<String>(&mut *connection, "select current_setting('work_mem')").await, "7MB");
        rows::<String>(&mut *connection, raw("select set_config('work_mem', '1MB', false)", vec![]))
            .await
            .unwrap();
    }
    assert_eq!(driver.status().opened, 1);
}

#[tokio::test]
async fn a_connection_that_a_hook_refuses_is_replaced() {
    let Some(options) = options() else { return };
    let refuse = |options: kysera_postgres::PostgresOptions| {
        options.max_connections(1).on_release(|_| Box::pin(async { Ok(false) }))
    };
    let driver = connect(refuse(options)).await;
    let first = one::<i32>(&mut *acquire(&driver).await, "select pg_backend_pid()").await;
    assert_ne!(one::<i32>(&mut *acquire(&driver).await, "select pg_backend_pid()").await, first);
    assert!(driver.status().closed.hook >= 2);
}

#[test]
fn without_a_runtime_there_is_an_error_and_no_panic() {
    let Some(options) = options() else { return };
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime();
    let driver = first.block_on(connect(options));
    drop(first);
    let mut acquired = driver.acquire(Access::Read);
    let Poll::Ready(outcome) = acquired.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("it waits for nothing that could come");
    };
    assert_eq!(outcome.expect_err("nothing drives a connection").kind(), ErrorKind::Configuration);
    // Another runtime opens connections of its own.
    assert_eq!(runtime().block_on(ask(&driver)).unwrap(), 1);
}

#[test]
fn a_connection_of_a_runtime_that_stands_still_is_not_lent_to_another() {
    let Some(options) = options() else { return };
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (first, second) = (runtime(), runtime());
    let driver = first.block_on(connect(options.max_connections(1)));
    for runtime in [&first, &second, &first, &second] {
        assert_eq!(runtime.block_on(in_time(ask(&driver))).unwrap(), 1);
    }
}

#[tokio::test]
async fn a_copy_from_stdin_is_refused_at_once_and_holds_nobody_up() {
    let alone = |options: PostgresOptions| options.max_connections(1).acquire_timeout(BEFORE_REST);
    let Some(driver) = driver_with("fault_copy", alone).await else { return };
    acquire(&driver).await.run_script("create table t (id int)").await.unwrap();
    for inside in [false, true] {
        for way in 0..3 {
            let mut connection = acquire(&driver).await;
            if inside {
                connection.begin(kysera_core::driver::TransactionOptions::default()).await.unwrap();
            }
            let copy = "copy t from stdin";
            let error = match way {
                0 => connection.run_script(copy).await,
                1 => rows::<i32>(&mut *connection, raw(copy, vec![])).await.map(drop),
                _ => {
                    let mut stream = connection.stream(raw(copy, vec![])).await.unwrap();
                    stream.fill(Box::new(kysera_sql::row::Discard::default())).await.map(drop)
                }
            };
            let error = error.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{way}: {error:?}");
            let _ = connection.rollback().await;
            drop(connection);
            assert_eq!(ask(&driver).await.unwrap(), 1);
        }
    }
}

#[tokio::test]
async fn closing_waits_for_those_who_still_work() {
    let Some(options) = options() else { return };
    let driver = Arc::new(connect(options.max_connections(1)).await);
    let worker = driver.clone();
    let mut connection = acquire(&*worker).await;
    let work = tokio::spawn(async move {
        rows::<String>(&mut *connection, read("select pg_sleep(0.3)::text", vec![])).await.map(drop)
    });
    driver.close().await;
    assert_eq!(driver.status().open, 0);
    work.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_settings_of_the_pool_are_read_from_the_address() {
    let Some(url) = kysera_testing::postgres_url() else { return };
    let separator = if url.contains('?') { '&' } else { '?' };
    let driver = Postgres::open(&format!("{url}{separator}pool_max=3&pool_idle_timeout=none")).await.unwrap();
    assert_eq!(driver.status().limit, 3);
    let error = Postgres::open(&format!("{url}{separator}pool_max=many")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let error = Postgres::open(&format!("{url}{separator}pool_maximum=3")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
}
