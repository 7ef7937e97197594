//! Commits whose answer is lost while the server crashes, stops, stays or is another one: what was lost is never called
//! committed, and what was committed is never called rolled back.
//!
//! `KYSERA_LOST_COMMITS_ROUNDS` asks for more rounds; `cargo xtask lost-commits` sets it.

use crate::proxy::Proxy;
use crate::spare::{Spare, signal};
use crate::support::{Random, acquire, connect, in_time, one, raw, rows, run, run_with};
use kysera_core::driver::{Connection, TransactionOptions};
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_core::{Db, QueryExt};
use kysera_postgres::Postgres;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// What becomes of the commit on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// It arrives at a process that was stopped by SIGSTOP.
    Stopped,
    /// The network swallows it.
    Swallowed,
    /// It is done, and the network swallows the answer.
    Answered,
}

/// What happens to the server before the client hears anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Disaster {
    Nothing,
    /// All processes are killed at once, and it is started again.
    Crash,
    /// A process is killed; the first one survives and replaces all others.
    ChildKilled,
    /// It is stopped in order and started again.
    Restart,
    /// Somebody resets the statistics, which looks like a crash.
    StatisticsReset,
}

const WAYS: [Way; 3] = [Way::Stopped, Way::Swallowed, Way::Answered];
const DISASTERS: [Disaster; 5] =
    [Disaster::Nothing, Disaster::Crash, Disaster::ChildKilled, Disaster::Restart, Disaster::StatisticsReset];

/// A server of a test's own, and a network before it.
struct Stage {
    spare: Spare,
    proxy: Proxy,
    round: i32,
}

/// A transaction that has written a row and goes to its commit.
struct Doomed {
    connection: Box<dyn Connection>,
    row: i32,
    process: u32,
    number: String,
}

impl Stage {
    async fn new(name: &str) -> Option<Stage> {
        let spare = Spare::new(name).await?;
        let admin = spare.admin().await;
        // An ordinary role, which may not see much.
        let sql = "create role plain login; create table t (id int); create table other (id int); \
                   grant all on t, other to plain";
        acquire(&admin).await.run_script(sql).await.unwrap();
        let proxy = Proxy::before(&spare.url("plain")).await;
        Some(Stage { spare, proxy, round: 0 })
    }

    /// Begins a transaction through the proxy.
    async fn begin(&mut self) -> Doomed {
        self.round += 1;
        let driver = connect(self.proxy.options.clone().resolve_commits(true).max_connections(1)).await;
        let mut connection = acquire(&driver).await;
        let process: i32 = one(&mut *connection, "select pg_backend_pid()").await;
        connection.begin(TransactionOptions::default()).await.unwrap();
        run(&mut *connection, &format!("insert into t values ({})", self.round)).await.unwrap();
        let number = one(&mut *connection, "select pg_current_xact_id()::text").await;
        Doomed { connection, row: self.round, process: u32::try_from(process).unwrap(), number }
    }

    /// Sends the commit, and waits until it is as far as it shall come.
    async fn send(&self, mut connection: Box<dyn Connection>, row: i32, way: Way) -> JoinHandle<Result<()>> {
        match way {
            Way::Stopped => {}
            Way::Swallowed => self.proxy.forget_connections(),
            Way::Answered => self.proxy.lose_answers(),
        }
        let asked = self.proxy.asked();
        let commit = tokio::spawn(async move { connection.commit().await });
        while self.proxy.asked() == asked {
            sleep(Duration::from_millis(1)).await;
        }
        if way == Way::Answered {
            let admin = self.spare.admin().await;
            while !is_there(&admin, row).await {
                sleep(Duration::from_millis(1)).await;
            }
        }
        commit
    }

    async fn strike(&mut self, disaster: Disaster, victim: u32) {
        match disaster {
            Disaster::Nothing => {}
            Disaster::Crash => {
                self.spare.crash();
                self.spare.start().await;
            }
            Disaster::ChildKilled => {
                let admin = self.spare.admin().await;
                let before = checkpointer(&admin).await.unwrap();
                signal("KILL", victim);
                signal("KILL", u32::try_from(before).unwrap());
                while checkpointer(&admin).await.is_none_or(|now| now == before) {
                    sleep(Duration::from_millis(5)).await;
                }
            }
            Disaster::Restart => {
                signal("CONT", victim);
                self.spare.stop();
                self.spare.start().await;
            }
            Disaster::StatisticsReset => {
                let admin = self.spare.admin().await;
                let sql = "select pg_stat_reset_shared('bgwriter')";
                acquire(&admin).await.run_script(sql).await.unwrap();
            }
        }
    }

    /// One round. Returns what the driver said, and whether it had to see through a number that is somebody else's.
    async fn play(&mut self, way: Way, disaster: Disaster, others: usize) -> (Option<ErrorKind>, bool) {
        let Doomed { connection, row, process, number } = self.begin().await;
        if way == Way::Stopped {
            signal("STOP", process);
        }
        let commit = self.send(connection, row, way).await;
        self.strike(disaster, process).await;
        let admin = self.spare.admin().await;
        write(&admin, others).await;
        self.proxy.cut();
        // A process that was only stopped goes on in the end.
        sleep(Duration::from_millis(20)).await;
        signal("CONT", process);
        let outcome = in_time(commit).await.unwrap();
        let is_there = is_there(&admin, row).await;
        let label = format!("{way:?}, {disaster:?}, {others} others: {outcome:?}, row there: {is_there}");
        let kind = outcome.err().map(|error: Error| error.kind());
        match kind {
            None => assert!(is_there, "a lost commit was called committed: {label}"),
            Some(ErrorKind::RolledBack) => assert!(!is_there, "a commit was called rolled back: {label}"),
            kind => assert_eq!(kind, Some(ErrorKind::CommitUnknown), "{label}"),
        }
        if disaster == Disaster::Nothing {
            assert_eq!(kind.is_none(), is_there, "nothing happened, so it can be proven: {label}");
            assert_ne!(kind, Some(ErrorKind::CommitUnknown), "{label}");
        }
        (kind, !is_there && says_committed(&admin, &number).await)
    }
}

async fn is_there(admin: &Postgres, row: i32) -> bool {
    one::<i64>(&mut *acquire(admin).await, &format!("select count(*) from t where id = {row}")).await > 0
}

/// Its process; `None` while the server is not there.
async fn checkpointer(admin: &Postgres) -> Option<i32> {
    use kysera_core::driver::Driver;
    let mut connection = admin.acquire(kysera_sql::compiled::Access::Read).await.ok()?;
    let sql = "select pid from pg_stat_activity where backend_type = 'checkpointer'";
    rows(&mut *connection, crate::support::read(sql, vec![])).await.ok()?.first().copied()
}

/// Others write, each in a transaction.
async fn write(admin: &Postgres, others: usize) {
    let mut connection = acquire(admin).await;
    for _ in 0..others {
        run(&mut *connection, "insert into other values (1)").await.unwrap();
    }
}

/// Whether the server holds a transaction for committed, whoever it was.
async fn says_committed(admin: &Postgres, number: &str) -> bool {
    let sql = format!("select coalesce(pg_xact_status('{number}'::text::xid8), '') = 'committed'");
    rows::<bool>(&mut *acquire(admin).await, raw(&sql, vec![])).await.is_ok_and(|rows| rows == [true])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rounds_in_which_a_lost_commit_is_never_called_committed() {
    let Some(mut stage) = Stage::new("rounds").await else { return };
    let rounds = std::env::var("KYSERA_LOST_COMMITS_ROUNDS").ok().and_then(|rounds| rounds.parse().ok());
    let mut random = Random(0x5eed);
    let (mut counts, mut traps) = (BTreeMap::<_, BTreeMap<String, u32>>::new(), 0);
    for round in 0..rounds.unwrap_or(WAYS.len() * DISASTERS.len()) {
        let (way, disaster) = (WAYS[round % WAYS.len()], DISASTERS[round / WAYS.len() % DISASTERS.len()]);
        let others = if round < WAYS.len() * DISASTERS.len() { 10 } else { random.below(30) };
        let (kind, is_trap) = stage.play(way, disaster, others).await;
        let outcome = kind.map_or_else(|| "Ok".to_owned(), |kind| format!("{kind:?}"));
        *counts.entry((way, disaster)).or_default().entry(outcome).or_default() += 1;
        traps += usize::from(is_trap);
    }
    for ((way, disaster), outcomes) in &counts {
        eprintln!("{way:?}, {disaster:?}: {outcomes:?}");
    }
    eprintln!("lost, while its number was committed for somebody else: {traps}");
    assert!(traps > 0, "no number came again: the rounds prove nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_the_server_has_not_given_out_again_proves_that_the_commit_is_lost() {
    let Some(mut stage) = Stage::new("future").await else { return };
    let (kind, _) = stage.play(Way::Stopped, Disaster::Crash, 0).await;
    assert_eq!(kind, Some(ErrorKind::RolledBack));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_server_behind_the_address_proves_nothing() {
    let Some(mut stage) = Stage::new("first").await else { return };
    let copy = stage.spare.copy("copy").await;
    let Some(other) = Stage::new("other").await else { return };
    for way in WAYS {
        for second in [&copy, &other.spare] {
            stage.proxy.turn_to(&stage.spare.url("plain"));
            let Doomed { connection, row, process, number } = stage.begin().await;
            if way == Way::Stopped {
                signal("STOP", process);
            }
            let commit = stage.send(connection, row, way).await;
            let admin = second.admin().await;
            if way != Way::Answered {
                // The number is one that was committed there; otherwise it is one to come.
                while !says_committed(&admin, &number).await {
                    write(&admin, 1).await;
                }
            }
            stage.proxy.turn_to(&second.url("plain"));
            stage.proxy.cut();
            let error = in_time(commit).await.unwrap().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::CommitUnknown, "{way:?}: {error:?}");
            signal("CONT", process);
        }
    }
}

#[tokio::test]
async fn a_transaction_that_raw_sql_began_anew_is_not_known_by_the_number_of_the_one_before() {
    let Some(mut stage) = Stage::new("renewed").await else { return };
    for (script, way) in [
        ("commit; begin; insert into t values (-1)", Way::Swallowed),
        ("rollback; begin; insert into t values (-1)", Way::Answered),
        ("commit and chain; insert into t values (-1)", Way::Swallowed),
    ] {
        let Doomed { mut connection, .. } = stage.begin().await;
        connection.run_script(script).await.unwrap();
        let commit = stage.send(connection, -1, way).await;
        stage.proxy.cut();
        let error = in_time(commit).await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CommitUnknown, "{script}: {error:?}");
        acquire(&stage.spare.admin().await).await.run_script("delete from t").await.unwrap();
    }
}

#[tokio::test]
async fn a_rollback_to_a_savepoint_leaves_the_number_as_it_is() {
    let Some(mut stage) = Stage::new("savepoint").await else { return };
    let Doomed { mut connection, row, .. } = stage.begin().await;
    connection.savepoint("kysera_1").await.unwrap();
    run(&mut *connection, "insert into t values (-1)").await.unwrap();
    connection.rollback_to("kysera_1").await.unwrap();
    let commit = stage.send(connection, row, Way::Answered).await;
    stage.proxy.cut();
    in_time(commit).await.unwrap().unwrap();
}

/// Writes until a write waits for the other server: each process reads the new settings when it gets to it.
async fn until_commits_wait(admin: &Postgres) -> Result<()> {
    loop {
        let mut probe = acquire(admin).await;
        let process: i32 = one(&mut *probe, "select pg_backend_pid()").await;
        let write = tokio::spawn(async move { run(&mut *probe, "insert into other values (0)").await });
        let waits =
            format!("select count(*) from pg_stat_activity where pid = {process} and wait_event = 'SyncRep'");
        while !write.is_finished() {
            if one::<i64>(&mut *acquire(admin).await, &waits).await > 0 {
                let ended = format!("select pg_terminate_backend({process})");
                run_with(&mut *acquire(admin).await, raw(&ended, vec![])).await.map(drop)?;
                let _ = write.await;
                return Ok(());
            }
        }
    }
}

#[tokio::test]
async fn a_commit_that_no_other_server_has_is_not_called_committed_where_commits_wait_for_one() {
    let Some(mut stage) = Stage::new("replicated").await else { return };
    let admin = stage.spare.admin().await;
    let Doomed { connection, row, process, .. } = stage.begin().await;
    for sql in ["alter system set synchronous_standby_names = 'nobody'", "select pg_reload_conf()"] {
        run_with(&mut *acquire(&admin).await, raw(sql, vec![])).await.unwrap();
    }
    in_time(until_commits_wait(&admin)).await.unwrap();
    let commit = stage.send(connection, row, Way::Stopped).await;
    // It waits for the other server, and no longer.
    let waits =
        format!("select count(*) from pg_stat_activity where pid = {process} and wait_event = 'SyncRep'");
    let waiting = async { while one::<i64>(&mut *acquire(&admin).await, &waits).await == 0 {} };
    in_time(waiting).await;
    let ended = format!("select pg_terminate_backend({process})");
    run_with(&mut *acquire(&admin).await, raw(&ended, vec![])).await.unwrap();
    let error = in_time(commit).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CommitUnknown, "{error:?}");
    assert!(is_there(&admin, row).await, "others see it all the same");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_not_asked_for_ever_what_became_of_a_commit() {
    let Some(proxy) = Proxy::start().await else { return };
    let day = Duration::from_secs(86_400);
    let change = proxy.options.clone().resolve_commits(true).connect_timeout(day);
    let driver = connect(change.max_connections(1)).await;
    let mut connection = acquire(&driver).await;
    connection.begin(TransactionOptions::default()).await.unwrap();
    run(&mut *connection, "create temp table t (id int)").await.unwrap();
    proxy.delay_logins(day);
    proxy.lose_next_answer();
    let error = in_time(connection.commit()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CommitUnknown, "{error:?}");
}

#[tokio::test]
async fn a_commit_that_takes_longer_than_its_time_limit_is_unknown() {
    let Some(proxy) = Proxy::start().await else { return };
    let db = Db::new(connect(proxy.options.clone().max_connections(2)).await);
    for (options, expected) in [
        (TransactionOptions::default(), ErrorKind::CommitUnknown),
        (TransactionOptions::snapshot(), ErrorKind::Canceled),
    ] {
        let tx = db.statement_limit(Duration::from_millis(300)).begin_with(options).await.unwrap();
        kysera_core::raw("select 1").execute(&tx).await.unwrap();
        proxy.lose_answers();
        let error = in_time(tx.commit()).await.unwrap_err();
        assert_eq!(error.kind(), expected, "{error:?}");
    }
}

#[tokio::test]
async fn a_transaction_on_a_standby_is_not_asked_for_a_number() {
    // A number cannot be had there, and asking for one would end the transaction.
    let Some(mut stage) = Stage::new("followed").await else { return };
    stage.spare.stop();
    stage.spare.follow_nobody();
    stage.spare.start().await;
    let driver = connect(stage.proxy.options.clone().resolve_commits(true).max_connections(1)).await;
    let mut connection = acquire(&driver).await;
    connection.begin(TransactionOptions::default()).await.unwrap();
    let found: Vec<i32> = rows(&mut *connection, raw("select 1", vec![])).await.unwrap();
    assert_eq!(found, [1]);
    connection.commit().await.unwrap();
}
