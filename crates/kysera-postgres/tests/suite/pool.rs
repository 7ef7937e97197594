//! The pool under load, and what it keeps.

use crate::support::{acquire, connect, dropped_after, in_time, one, options};
use kysera_core::driver::Driver;
use kysera_core::error::ErrorKind;
use kysera_sql::compiled::Access;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_starves_and_cancelled_waiters_leave_no_hole() {
    let Some(options) = options() else { return };
    let driver = Arc::new(connect(options.max_connections(8)).await);
    let most = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0..64)
        .map(|task| {
            let (driver, most) = (driver.clone(), most.clone());
            tokio::spawn(async move {
                for round in 0..20 {
                    if (task + round) % 3 == 0 {
                        drop(dropped_after(1 + round % 2, driver.acquire(Access::Read)).await);
                    }
                    let mut connection = acquire(&*driver).await;
                    most.fetch_max(driver.status().open, Ordering::Relaxed);
                    assert_eq!(one::<i32>(&mut *connection, "select 1").await, 1);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert!(most.load(Ordering::Relaxed) <= 8);
    let all: Vec<_> = futures(&driver, 8).await;
    assert_eq!(all.len(), 8);
}

/// That many connections at the same time.
async fn futures(
    driver: &kysera_postgres::Postgres,
    count: usize,
) -> Vec<Box<dyn kysera_core::driver::Connection>> {
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(acquire(driver).await);
    }
    all
}

#[tokio::test]
async fn the_last_used_connection_is_lent_first() {
    let Some(options) = options() else { return };
    let driver = connect(options.max_connections(4)).await;
    let mut pids = Vec::new();
    drop(futures(&driver, 3).await);
    for _ in 0..5 {
        pids.push(one::<i32>(&mut *acquire(&driver).await, "select pg_backend_pid()").await);
    }
    pids.dedup();
    assert_eq!(pids.len(), 1);
    assert_eq!(driver.status().open, 3);
}

#[tokio::test]
async fn an_old_connection_is_replaced_when_it_comes_back() {
    let Some(options) = options() else { return };
    let driver = connect(options.max_connections(1).max_lifetime(Some(Duration::ZERO))).await;
    let first = one::<i32>(&mut *acquire(&driver).await, "select pg_backend_pid()").await;
    assert_ne!(one::<i32>(&mut *acquire(&driver).await, "select pg_backend_pid()").await, first);
    assert_eq!(driver.status().closed.lifetime, 3);
}

#[tokio::test]
async fn idle_connections_are_closed_while_nobody_acquires() {
    let Some(options) = options() else { return };
    let options = options.max_connections(4).min_connections(1);
    let driver = connect(options.idle_timeout(Some(Duration::from_millis(100)))).await;
    drop(futures(&driver, 3).await);
    in_time(async {
        while driver.status().open > 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_eq!(driver.status().closed.idle, 2);
}

#[tokio::test]
async fn who_waited_longest_is_next_and_closing_wakes_the_others() {
    let Some(options) = options() else { return };
    let driver = connect(options.max_connections(1)).await;
    let held = acquire(&driver).await;
    let mut turns = [0; 4].map(|_| driver.acquire(Access::Read));
    for turn in &mut turns {
        assert!(poll_fn(|cx| Poll::Ready(turn.as_mut().poll(cx).is_pending())).await);
    }
    let [gone, handed, next, last] = turns;
    drop(gone);
    drop(held);
    // Its turn has come, and it never looks.
    drop(handed);
    let held = next.await.unwrap();
    assert_eq!((driver.status().open, driver.status().idle, driver.status().waiting), (1, 0, 1));
    driver.close().await;
    let error = last.await.expect_err("it was closed");
    assert_eq!(error.kind(), ErrorKind::ConnectionClosed);
    drop(held);
    assert_eq!(driver.status().open, 0);
}
