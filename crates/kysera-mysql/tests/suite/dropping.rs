//! Futures dropped at every step, and statements that are ended: the next answer is never that of the last query.

use crate::support::{
    acquire, dropped_after, on_both, on_both_with, one, read, rows, run, run_with, taken, write,
};
use kysera_core::driver::TransactionOptions;
use kysera_mysql::MySql;
use kysera_sql::row::Rows;
use kysera_sql::value::Value;
use std::time::Duration;

async fn numbers(driver: &MySql) {
    let mut connection = acquire(driver).await;
    run(&mut *connection, "create table n (id integer primary key, v integer)").await.unwrap();
    let values: Vec<String> = (1..=1000).map(|id| format!("({id}, 0)")).collect();
    run(&mut *connection, &format!("insert into n values {}", values.join(","))).await.unwrap();
}

/// No connection was closed because a statement did not end on it. On a slow machine another may have been opened meanwhile.
fn none_given_up(driver: &MySql, flavour: crate::support::Flavour) {
    let closed = driver.status().closed;
    assert_eq!((closed.lost, closed.unclean, closed.unresponsive), (0, 0, 0), "{flavour:?}: {closed:?}");
}

/// A query of a million rows.
const MANY: &str = "select a.id, b.id from n a cross join n b";

#[tokio::test]
async fn the_next_answer_is_never_that_of_a_dropped_query() {
    on_both_with(
        "dropped",
        |options| options.max_connections(2),
        async |driver, flavour| {
            numbers(&driver).await;
            for polls in 1..12 {
                let mut connection = acquire(&driver).await;
                drop(
                    dropped_after(
                        polls,
                        rows::<i64>(&mut *connection, read("select 111 + sleep(0.2)", vec![])),
                    )
                    .await,
                );
                drop(connection);
                let mut connection = acquire(&driver).await;
                assert_eq!(
                    one::<i64>(&mut *connection, "select 222").await,
                    222,
                    "{flavour:?} after {polls}"
                );
                drop(dropped_after(polls, rows::<(i64, i64)>(&mut *connection, read(MANY, vec![]))).await);
                connection.rollback().await.unwrap();
                assert_eq!(
                    one::<i64>(&mut *connection, "select 333").await,
                    333,
                    "{flavour:?} after {polls}"
                );
                let new = Value::I64(i64::try_from(polls).unwrap());
                drop(
                    dropped_after(polls, rows::<i64>(&mut *connection, read("select 444 + ?", vec![new])))
                        .await,
                );
                connection.rollback().await.unwrap();
                assert_eq!(
                    one::<i64>(&mut *connection, "select 555").await,
                    555,
                    "{flavour:?} after {polls}"
                );
            }
        },
    )
    .await;
}

/// A long statement whose future was dropped is ended on the server, and its connection serves again soon.
#[tokio::test]
async fn a_dropped_statement_ends_on_the_server() {
    on_both_with(
        "ended",
        |options| options.max_connections(1),
        async |driver, flavour| {
            for _ in 0..5 {
                let mut connection = acquire(&driver).await;
                let slow = rows::<i64>(
                    &mut *connection,
                    read("select benchmark(2000000000, sha2('a', 256))", vec![]),
                );
                assert!(tokio::time::timeout(Duration::from_millis(50), slow).await.is_err());
                drop(connection);
                let mut next = acquire(&driver).await;
                assert_eq!(one::<i64>(&mut *next, "select 7").await, 7, "{flavour:?}");
            }
            none_given_up(&driver, flavour);
        },
    )
    .await;
}

/// A request to end a statement hits the one that it is for and never that of the next user.
#[tokio::test]
async fn nobody_else_is_ended() {
    on_both_with(
        "kill_race",
        |options| options.max_connections(1).cancel_grace(Duration::ZERO),
        async |driver, flavour| {
            numbers(&driver).await;
            for round in 0..rounds() {
                let mut connection = acquire(&driver).await;
                let slow = rows::<i64>(
                    &mut *connection,
                    read("select sum(a.v) from n a cross join n b where a.id < 300", vec![]),
                );
                drop(tokio::time::timeout(Duration::from_micros(round * 37 % 2000), slow).await);
                drop(connection);
                let mut next = acquire(&driver).await;
                let found = rows::<i64>(&mut *next, read("select count(*) from n", vec![])).await;
                assert_eq!(
                    found.unwrap_or_else(|error| panic!("{flavour:?} round {round}: {error:?}")),
                    [1000]
                );
            }
        },
    )
    .await;
}

/// A dropped write in a transaction is undone, and nothing of it runs later.
#[tokio::test]
async fn a_dropped_write_is_rolled_back_or_refused() {
    on_both_with(
        "dropped_write",
        |options| options.max_connections(2),
        async |driver, flavour| {
            numbers(&driver).await;
            for polls in 1..10 {
                let mut connection = acquire(&driver).await;
                connection.begin(TransactionOptions::default()).await.unwrap();
                run(&mut *connection, "update n set v = 1 where id = 1").await.unwrap();
                let slow = "update n set v = v + 1 + sleep(0.01) where id < 20";
                drop(dropped_after(polls, run(&mut *connection, slow)).await);
                drop(connection);
                let mut next = acquire(&driver).await;
                assert_eq!(
                    one::<Option<i64>>(&mut *next, "select cast(sum(v) as signed) from n").await,
                    Some(0),
                    "{flavour:?} {polls}"
                );
            }
        },
    )
    .await;
}

/// A stream that is left costs its place in the pool for a moment only, and no memory.
#[tokio::test]
async fn a_stream_of_many_rows_may_be_left() {
    on_both_with(
        "left",
        |options| options.max_connections(1),
        async |driver, flavour| {
            numbers(&driver).await;
            for _ in 0..10 {
                let mut connection = acquire(&driver).await;
                let mut stream = connection.stream(read(MANY, vec![])).await.unwrap();
                let (sink, more) = stream.fill(Box::<Rows<(i64, i64)>>::default()).await.unwrap();
                assert!(more && !taken::<(i64, i64)>(sink).is_empty());
                drop(stream);
                assert_eq!(one::<i64>(&mut *connection, "select 5").await, 5, "{flavour:?}");
                let mut stream = connection.stream(read(MANY, vec![])).await.unwrap();
                drop(stream.fill(Box::<Rows<(i64, i64)>>::default()).await.unwrap());
                drop(stream);
                drop(connection);
                assert_eq!(one::<i64>(&mut *acquire(&driver).await, "select 6").await, 6, "{flavour:?}");
            }
            none_given_up(&driver, flavour);
            let mut connection = acquire(&driver).await;
            let mut stream = connection.stream(read(MANY, vec![])).await.unwrap();
            let (mut sink, mut all) =
                (Box::<Rows<(i64, i64)>>::default() as Box<dyn kysera_sql::row::RowSink>, 0);
            loop {
                let (filled, more) = stream.fill(sink).await.unwrap();
                all += taken::<(i64, i64)>(filled).len();
                if !more {
                    break;
                }
                sink = Box::<Rows<(i64, i64)>>::default();
            }
            assert_eq!(all, 1_000_000);
        },
    )
    .await;
}

/// The preparation of a statement may be dropped too; it leaves nothing on the server.
#[tokio::test]
async fn a_dropped_preparation_leaves_no_statement() {
    on_both_with("prepared", |options| options.max_connections(1), async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let count = "select cast(variable_value as signed) from performance_schema.global_status where variable_name = 'Prepared_stmt_count'";
        let count = if flavour == crate::support::Flavour::MySql { count } else {
            "select cast(variable_value as signed) from information_schema.session_status where variable_name = 'Com_stmt_prepare'"
        };
        drop(rows::<i64>(&mut *connection, read(count, vec![])).await);
        for at in 0..50 {
            let sql = format!("select {at} + ?");
            drop(dropped_after(at % 3 + 1, run_with(&mut *connection, write(&sql, vec![Value::I64(1)]))).await);
            connection.rollback().await.unwrap();
            let found: Vec<i64> = rows(&mut *connection, read(&sql, vec![Value::I64(1)])).await.unwrap();
            assert_eq!(found, [i64::try_from(at).unwrap() + 1]);
        }
    })
    .await;
}

/// How often the race is run: 300 times, or as `KYSERA_TEST_KILL_ROUNDS` says.
fn rounds() -> u64 {
    std::env::var("KYSERA_TEST_KILL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(300)
}

/// Opening a connection may be dropped at every step; the pool is none the worse.
#[tokio::test]
async fn a_dropped_login_costs_nothing() {
    on_both("login", async |driver, flavour| {
        drop(driver);
        let options = crate::support::options(flavour).unwrap().max_connections(2);
        for polls in 1..14 {
            drop(dropped_after(polls, MySql::connect(options.clone())).await);
        }
        let driver = crate::support::connect(options).await;
        for polls in 1..14 {
            drop(
                dropped_after(
                    polls,
                    kysera_core::driver::Driver::acquire(&driver, kysera_sql::compiled::Access::Write),
                )
                .await,
            );
            assert_eq!(one::<i64>(&mut *acquire(&driver).await, "select 1").await, 1, "{flavour:?}");
        }
        assert_eq!(driver.status().in_use, 0);
    })
    .await;
}
