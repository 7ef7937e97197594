//! Bank transfers for minutes, with futures dropped at random, while somebody kills the server: totals balance, and every
//! commit that was acknowledged is there.
//!
//! By hand: `KYSERA_TEST_SOAK=600 cargo test -p kysera-mysql --test suite soak -- --ignored --nocapture`.

use crate::support::{Flavour, driver_with, fresh_name, one, options, read, rows, run, run_with, write};
use kysera_core::driver::{Connection, Driver, TransactionOptions};
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_mysql::MySql;
use kysera_sql::compiled::Access;
use kysera_sql::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const ACCOUNTS: i64 = 40;
const TASKS: i64 = 64;

#[derive(Default)]
struct Seen {
    acknowledged: BTreeSet<i64>,
    dropped: u64,
    errors: BTreeMap<String, u64>,
}

fn random(below: u64) -> u64 {
    RandomState::new().hash_one(0) % below
}

async fn transfer(driver: &MySql, id: i64) -> Result<()> {
    let mut connection = driver.acquire(Access::Write).await?;
    connection.begin(TransactionOptions::default()).await?;
    let moved = moves(&mut *connection, id).await;
    match moved {
        Ok(()) => connection.commit().await,
        Err(error) => {
            drop(connection.rollback().await);
            Err(error)
        }
    }
}

async fn moves(connection: &mut dyn Connection, id: i64) -> Result<()> {
    let accounts = u64::try_from(ACCOUNTS).unwrap();
    let account = |number: u64| Value::I64(i64::try_from(number).unwrap());
    let (from, to, amount) = (account(random(accounts)), account(random(accounts)), account(random(9) + 1));
    run_with(connection, write("update account set n = n - ? where id = ?", vec![amount.clone(), from]))
        .await?;
    run_with(connection, write("insert into journal values (?)", vec![Value::I64(id)])).await?;
    if random(4) == 0 {
        rows::<i64>(connection, read("select count(*) from journal", vec![])).await?;
    }
    run_with(connection, write("update account set n = n + ? where id = ?", vec![amount, to])).await?;
    Ok(())
}

async fn work(driver: MySql, task: i64, until: Instant, seen: Arc<Mutex<Seen>>) {
    let mut round = 0;
    while Instant::now() < until {
        let id = task * 100_000_000 + round;
        round += 1;
        let patience = Duration::from_micros(if random(2) == 0 { 60_000_000 } else { random(20_000) });
        let outcome = tokio::time::timeout(patience, transfer(&driver, id)).await;
        let mut seen = seen.lock().unwrap();
        match outcome {
            Ok(Ok(())) => drop(seen.acknowledged.insert(id)),
            Ok(Err(error)) => *seen.errors.entry(named(&error)).or_default() += 1,
            Err(_) => seen.dropped += 1,
        }
    }
}

fn named(error: &Error) -> String {
    format!("{:?} {}", error.kind(), error.code().unwrap_or("-"))
}

async fn soak(flavour: Flavour, time: Duration) {
    let name = fresh_name("soak");
    let own = |options: kysera_mysql::MySqlOptions| {
        options
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(120))
            .connect_timeout(Duration::from_secs(5))
            // Servers for tests may flush once in a second, and what was not flushed is gone with a killed server.
            .after_connect(|raw| Box::pin(raw.run_script("set global innodb_flush_log_at_trx_commit = 1")))
    };
    let Some(driver) = driver_with(flavour, &name, own).await else { return };
    {
        let mut connection = driver.acquire(Access::Write).await.unwrap();
        run(&mut *connection, "create table account (id integer primary key, n bigint not null)")
            .await
            .unwrap();
        run(&mut *connection, "create table journal (id bigint primary key)").await.unwrap();
        for id in 0..ACCOUNTS {
            run(&mut *connection, &format!("insert into account values ({id}, 1000)")).await.unwrap();
        }
    }
    let seen = Arc::new(Mutex::new(Seen::default()));
    let until = Instant::now() + time;
    let tasks: Vec<_> =
        (0..TASKS).map(|task| tokio::spawn(work(driver.clone(), task, until, Arc::clone(&seen)))).collect();
    for task in tasks {
        task.await.unwrap();
    }
    let mut connection = driver.acquire(Access::Write).await.unwrap();
    let total: i64 = one(&mut *connection, "select cast(sum(n) as signed) from account").await;
    let journal: Vec<i64> = rows(&mut *connection, read("select id from journal", vec![])).await.unwrap();
    drop(connection);
    let journal: BTreeSet<i64> = journal.into_iter().collect();
    let seen = seen.lock().unwrap();
    let lost: Vec<_> = seen.acknowledged.difference(&journal).take(9).collect();
    eprintln!(
        "{flavour:?}: {} acknowledged, {} in the journal, {} dropped, errors {:?}, pool {:?}",
        seen.acknowledged.len(),
        journal.len(),
        seen.dropped,
        seen.errors,
        driver.status()
    );
    assert_eq!(total, ACCOUNTS * 1000, "{flavour:?}");
    assert!(lost.is_empty(), "{flavour:?}: acknowledged and lost: {lost:?}");
    assert!(!seen.acknowledged.is_empty());
    assert!(
        !seen.errors.keys().any(|error| error.starts_with(&format!("{:?}", ErrorKind::Canceled))),
        "somebody else was ended"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes as long as KYSERA_TEST_SOAK says, for each flavour"]
async fn totals_balance_whatever_is_dropped_or_killed() {
    let seconds = std::env::var("KYSERA_TEST_SOAK").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    for flavour in crate::support::BOTH {
        if options(flavour).is_some() {
            soak(flavour, Duration::from_secs(seconds)).await;
        }
    }
}
