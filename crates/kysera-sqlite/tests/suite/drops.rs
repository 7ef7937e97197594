//! A future dropped anywhere leaves the connection, the pool and the file as if it had never been, or had been done.

use crate::common::{
    Taken, check_whole, count_to, db, endless, endless_rows, foreign, in_file, insert, on, poll_and_drop,
    raw, read, rows, run_on, script, write,
};
use kysera_core::driver::{Driver, TransactionOptions};
use kysera_core::{ErrorKind, QueryExt, Result, Transaction};
use kysera_sql::compiled::{Access, Compiled};
use kysera_sqlite::rusqlite::functions::FunctionFlags;
use kysera_sqlite::{Journal, PoolOptions, Sqlite, SqliteOptions, Synchronous};
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::mpsc;
use std::time::Duration;

type Step<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// Acquire, begin, writes of all kinds, a stream, savepoints, commit: every future of the contract.
fn everything(db: &Sqlite, end: End) -> Step<'_> {
    Box::pin(async move {
        let mut conn = db.acquire(Access::Write).await?;
        conn.begin(TransactionOptions::default()).await?;
        run_on(&mut *conn, insert("insert into t values (1)")).await?;
        conn.savepoint("kysera_1").await?;
        run_on(&mut *conn, write("insert into t select a + 1 from t")).await?;
        run_on(&mut *conn, read(&count_to(20_000))).await?;
        conn.release("kysera_1").await?;
        conn.savepoint("kysera_1").await?;
        run_on(&mut *conn, raw("delete from t where a > 1")).await?;
        conn.rollback_to("kysera_1").await?;
        conn.run_script("create table if not exists u (a); insert into u values (1)").await?;
        {
            let mut stream = conn.stream(read(&crate::common::numbers(2000))).await?;
            while stream.fill(Box::<Taken>::default()).await?.1 {}
        }
        run_on(&mut *conn, write("update t set a = a returning a")).await?;
        match end {
            End::Commit => conn.commit().await,
            End::Rollback => conn.rollback().await,
        }
    })
}

#[derive(Clone, Copy)]
enum End {
    Commit,
    Rollback,
}

fn reading(db: &Sqlite) -> Step<'_> {
    Box::pin(async move {
        let mut conn = db.acquire(Access::Read).await?;
        run_on(&mut *conn, read(&count_to(20_000))).await?;
        let mut stream = conn.stream(read(&crate::common::numbers(2000))).await?;
        while stream.fill(Box::<Taken>::default()).await?.1 {}
        drop(stream);
        run_on(&mut *conn, read("select 1")).await?;
        Ok(())
    })
}

async fn check(db: &Sqlite, readers: usize, path: Option<&Path>) {
    check_whole(db, readers).await;
    if let Some(path) = path {
        foreign(path).execute_batch("begin immediate; rollback").unwrap();
    }
    // All of it or nothing of it.
    let count = rows(db, "select count(*) from t").await.remove(0).parse::<usize>().unwrap();
    assert_eq!(count % 2, 0, "half a transaction is there");
}

async fn drop_everywhere(db: &Sqlite, readers: usize, path: Option<&Path>) {
    let mut points = 0;
    for task in 0..3 {
        for k in 0.. {
            let future = match task {
                0 => everything(db, End::Commit),
                1 => everything(db, End::Rollback),
                _ => reading(db),
            };
            let done = poll_and_drop(k, future).await;
            check(db, readers, path).await;
            if let Some(done) = done {
                done.unwrap();
                break;
            }
            points += 1;
            script(db, "delete from t; drop table if exists u").await;
        }
    }
    assert!(points > 10, "only {points} points were tried");
}

const TABLE: &str = "create table t (a)";

#[tokio::test]
async fn dropped_at_every_point_in_memory() {
    for budget in [Duration::ZERO, Duration::from_micros(500)] {
        let db = Sqlite::connect(SqliteOptions::memory().budget(budget)).await.unwrap();
        script(&db, TABLE).await;
        drop_everywhere(&db, 0, None).await;
    }
}

#[tokio::test]
async fn dropped_at_every_point_in_a_file() {
    for (journal, synchronous) in [
        (Journal::Wal, Synchronous::Normal),
        (Journal::Wal, Synchronous::Full),
        (Journal::Delete, Synchronous::Off),
    ] {
        let file =
            in_file(|o| o.budget(Duration::ZERO).readers(2).journal(journal).synchronous(synchronous)).await;
        script(&file.db, TABLE).await;
        drop_everywhere(&file.db, 2, Some(&file.path)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_at_every_point_on_several_threads() {
    let file = in_file(|o| o.budget(Duration::ZERO).readers(2).synchronous(Synchronous::Full)).await;
    script(&file.db, TABLE).await;
    drop_everywhere(&file.db, 2, Some(&file.path)).await;
}

const SHORT: Duration = Duration::from_millis(50);

/// A timeout around something that never ends; then the connection is at work again, so it was cut.
async fn times_out(db: &Sqlite) {
    let in_time = async |statement: Compiled| {
        tokio::time::timeout(SHORT, crate::common::db(db, statement)).await.is_err()
    };
    assert!(in_time(read(&endless())).await);
    assert!(in_time(read(&endless())).await, "again, by the hint");
    assert!(in_time(write(&format!("insert into t {}", endless_rows()))).await);
    assert!(in_time(raw(&format!("update t set a = ({})", endless()))).await);
    let mut conn = db.acquire(Access::Write).await.unwrap();
    let streamed = async {
        let mut stream = conn.stream(read(&format!("select 1 where ({}) = 0", endless()))).await.unwrap();
        stream.fill(Box::<Taken>::default()).await.map(|_| ())
    };
    assert!(tokio::time::timeout(SHORT, streamed).await.is_err());
    let scripted = conn.run_script("insert into t select 1; with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n");
    assert!(tokio::time::timeout(SHORT, scripted).await.is_err());
    assert_eq!(run_on(&mut *conn, read("select 1")).await.unwrap().1, ["1"]);
    drop(conn);
    check_whole(db, 0).await;
}

async fn with_row() -> Sqlite {
    let db = Sqlite::memory().unwrap();
    script(&db, "create table t (a); insert into t values (1)").await;
    db
}

#[tokio::test]
async fn a_timeout_cuts_what_never_ends() {
    times_out(&with_row().await).await;
    let file = in_file(|o| o).await;
    script(&file.db, "create table t (a); insert into t values (1)").await;
    times_out(&file.db).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_timeout_cuts_what_never_ends_on_several_threads() {
    times_out(&with_row().await).await;
}

#[tokio::test]
async fn a_timeout_cuts_what_never_ends_in_a_local_set() {
    let local = tokio::task::LocalSet::new();
    local
        .run_until(async {
            tokio::task::spawn_local(async { times_out(&with_row().await).await }).await.unwrap()
        })
        .await;
}

#[test]
fn one_blocking_thread_is_enough() {
    let runtime =
        tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let file = in_file(|o| o.budget(Duration::ZERO).readers(2).synchronous(Synchronous::Full)).await;
        let db = &file.db;
        script(db, TABLE).await;
        // A stream holds its statement between batches while other statements need the only blocking thread.
        let mut conn = db.acquire(Access::Read).await.unwrap();
        let mut stream = conn.stream(read(&crate::common::numbers(1000))).await.unwrap();
        loop {
            let more = stream.fill(Box::<Taken>::default()).await.unwrap().1;
            assert_eq!(rows(db, &count_to(20_000)).await, ["20000"]);
            crate::common::db(db, write("insert into t values (1)")).await.unwrap();
            if !more {
                break;
            }
        }
        drop(stream);
        drop(conn);
        let all = (0..8).map(|n| {
            let db = db.clone();
            tokio::spawn(async move {
                everything(&db, if n % 2 == 0 { End::Commit } else { End::Rollback }).await.unwrap();
                reading(&db).await.unwrap();
            })
        });
        for task in all.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        check_whole(db, 2).await;
    });
}

/// A database whose function `signal()` tells that the statement runs.
async fn signalling(options: SqliteOptions) -> (Sqlite, mpsc::Receiver<()>) {
    let (tell, told) = mpsc::channel();
    let db = Sqlite::connect(options.on_connect(move |conn| {
        let tell = tell.clone();
        conn.create_scalar_function("signal", 0, FunctionFlags::SQLITE_UTF8, move |_| {
            let _ = tell.send(());
            Ok(1)
        })
    }))
    .await
    .unwrap();
    (db, told)
}

#[test]
fn a_runtime_that_goes_down_ends_its_jobs() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (db, told) = runtime.block_on(signalling(SqliteOptions::memory()));
    let running = db.clone();
    runtime.spawn(async move {
        let sql = format!("update t set a = signal() + ({})", endless());
        script(&running, "create table t (a); insert into t values (1)").await;
        let mut conn = running.acquire(Access::Write).await.unwrap();
        conn.begin(TransactionOptions::default()).await.unwrap();
        let _ = on(&mut *conn, write(&sql)).await;
    });
    told.recv().unwrap();
    drop(runtime);
    let another = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    another.block_on(check_whole(&db, 0));
    assert_eq!(another.block_on(rows(&db, "select a from t")), ["1"]);
}

#[test]
fn a_transaction_dropped_without_a_runtime_is_rolled_back() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let db = runtime.block_on(with_row());
    let conn = runtime.block_on(async {
        let mut conn = db.acquire(Access::Write).await.unwrap();
        conn.begin(TransactionOptions::default()).await.unwrap();
        let many = write("with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000) insert into t select i from n");
        on(&mut *conn, many).await.unwrap();
        conn
    });
    drop(runtime);
    drop(conn);
    let another = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(another.block_on(rows(&db, "select count(*) from t")), ["1"]);
}

#[tokio::test]
async fn a_database_dropped_while_a_connection_is_out() {
    let file = in_file(|o| o).await;
    script(&file.db, TABLE).await;
    let (path, dir) = (file.path.clone(), file.dir);
    let mut conn = file.db.acquire(Access::Write).await.unwrap();
    drop(file.db);
    run_on(&mut *conn, insert("insert into t values (1)")).await.unwrap();
    drop(conn);
    let again = Sqlite::open(&path).await.unwrap();
    assert_eq!(rows(&again, "select a from t").await, ["1"]);
    drop(again);
    drop(dir);
}

#[tokio::test]
async fn a_closed_database_lets_those_finish_who_are_at_it() {
    let file = in_file(|o| o.pool(PoolOptions::default().max_connections(1).close_timeout(SHORT))).await;
    script(&file.db, TABLE).await;
    let mut conn = file.db.acquire(Access::Write).await.unwrap();
    conn.begin(TransactionOptions::default()).await.unwrap();
    // It waits for them, but not for ever.
    file.db.close().await;
    assert_eq!(file.db.status().in_use, 1);
    run_on(&mut *conn, insert("insert into t values (1)")).await.unwrap();
    conn.commit().await.unwrap();
    drop(conn);
    let error = db(&file.db, read("select 1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionClosed);
    // The last connection to close removes the log.
    let log = file.path.with_extension("db-wal");
    let gone = async || {
        while log.exists() {
            tokio::task::yield_now().await
        }
    };
    tokio::time::timeout(Duration::from_secs(30), gone()).await.expect("the log is still there");
    assert_eq!(foreign(&file.path).query_row("select a from t", [], |row| row.get::<_, i64>(0)).unwrap(), 1);
}

/// Ten thousand drops that race with the end of the job: the next statement never meets the interrupt.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_cancel_never_meets_the_next_statement() {
    let db = Sqlite::connect(SqliteOptions::memory().budget(Duration::ZERO)).await.unwrap();
    script(&db, TABLE).await;
    let mut cut = 0;
    for round in 0..10_000_u64 {
        let mut conn = db.acquire(Access::Write).await.unwrap();
        let long = conn.run(read(&count_to(500 + round % 2000)), Box::<Taken>::default());
        // Polled once, it is on the pool; then others have a few turns, and it is dropped.
        let turns = async {
            for _ in 0..round % 7 {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            done = long => { done.unwrap(); }
            () = async { tokio::task::yield_now().await; turns.await } => cut += 1,
        }
        let next = run_on(&mut *conn, write("insert into t values (1)")).await;
        next.unwrap_or_else(|error| panic!("round {round}: {error:?}"));
    }
    assert!(cut > 1000, "only {cut} were cut");
    assert_eq!(rows(&db, "select count(*) from t").await, ["10000"]);
}

/// Moves amounts between accounts, so that their sum stays: some of them nested, with a query and a stream between.
async fn moved(tx: &mut Transaction) -> Result<()> {
    let take = async |tx: &Transaction, amount: i64, account: i64| {
        let sql = "update account set amount = amount - {} where id = {}";
        kysera_core::raw(sql).bind(amount).bind(account).execute(tx).await
    };
    take(tx, 5, 2).await?;
    kysera_core::raw(count_to(20_000)).rows::<(i64,)>().fetch_all(tx).await?;
    take(tx, -5, 3).await?;
    tx.transaction(async |tx| {
        take(tx, 1, 3).await?;
        let mut rows = kysera_core::tree(numbered()).rows::<(i64,)>().fetch_stream(&mut *tx);
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

/// Drops a nested transaction at every point where it waits: what it did is undone whole, and the transaction around it
/// commits, or refuses whole because SQLite has ended it.
async fn drop_inside_savepoints(db: Sqlite) {
    script(&db, "create table account (id integer primary key, amount integer not null)").await;
    let handle = kysera_core::Db::new(db.clone());
    let (mut mended, mut aborted) = (0, 0);
    for k in 0.. {
        script(&db, "delete from account; insert into account values (1, 100), (2, 100), (3, 100)").await;
        let mut inner = None;
        let result = handle
            .transaction(async |tx| {
                kysera_core::raw("update account set amount = amount - 10 where id = 1").execute(tx).await?;
                inner = poll_and_drop(k, tx.transaction(moved)).await;
                kysera_core::raw("update account set amount = amount + 10 where id = 2").execute(tx).await?;
                Ok(())
            })
            .await;
        let found = rows(&db, "select amount from account order by id").await;
        match (&inner, &result) {
            (Some(inner), result) => {
                inner.as_ref().unwrap();
                result.as_ref().unwrap();
                assert_eq!(found, ["91", "105", "104"]);
            }
            (None, Ok(())) => {
                assert_eq!(found, ["90", "110", "100"], "after {k} waits");
                mended += 1;
            }
            (None, Err(error)) => {
                assert_eq!(error.kind(), ErrorKind::TransactionAborted, "{error:?}");
                assert_eq!(found, ["100", "100", "100"], "after {k} waits");
                aborted += 1;
            }
        }
        if inner.is_some() {
            break;
        }
    }
    check_whole(&db, 0).await;
    assert!(mended >= 1, "{mended} mended, {aborted} aborted");
}

#[tokio::test]
async fn a_nested_transaction_dropped_at_every_point_is_undone_alone() {
    drop_inside_savepoints(Sqlite::connect(SqliteOptions::memory().budget(Duration::ZERO)).await.unwrap())
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nested_transaction_dropped_at_every_point_is_undone_alone_on_several_threads() {
    let file = in_file(|o| o.budget(Duration::ZERO).readers(0).synchronous(Synchronous::Full)).await;
    drop_inside_savepoints(file.db.clone()).await;
}

#[tokio::test]
async fn a_nested_transaction_that_times_out_in_a_query_costs_nothing_else() {
    let db = with_row().await;
    kysera_core::Db::new(db.clone())
        .transaction(async |tx| {
            kysera_core::raw("insert into t values (2)").execute(tx).await?;
            let slow = tx.transaction(async |tx| {
                kysera_core::raw("insert into t values (3)").execute(tx).await?;
                kysera_core::raw(endless()).rows::<(i64,)>().fetch_one(tx).await
            });
            assert!(tokio::time::timeout(Duration::from_millis(20), slow).await.is_err());
            kysera_core::raw("insert into t values (4)").execute(tx).await
        })
        .await
        .unwrap();
    assert_eq!(rows(&db, "select a from t").await, ["1", "2", "4"]);
}

/// An interrupted write makes SQLite roll back everything (lang_transaction.html, section 3), the savepoint too.
#[tokio::test]
async fn a_nested_transaction_that_times_out_in_a_write_takes_the_outer_one_with_it() {
    let db = with_row().await;
    let result = kysera_core::Db::new(db.clone())
        .transaction(async |tx| {
            kysera_core::raw("insert into t values (2)").execute(tx).await?;
            let slow = tx.transaction(async |tx| {
                kysera_core::raw(format!("insert into t {}", endless_rows())).execute(tx).await
            });
            assert!(tokio::time::timeout(Duration::from_millis(20), slow).await.is_err());
            let refused = kysera_core::raw("insert into t values (4)").execute(tx).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::TransactionAborted);
            assert!(
                refused.to_string().starts_with("the database has rolled this transaction back"),
                "{refused}"
            );
            Ok(())
        })
        .await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::TransactionAborted);
    assert_eq!(rows(&db, "select a from t").await, ["1"]);
}
