//! Connections are handed out in the order of asking, to those who still wait.

use crate::common::{
    Taken, check_whole, db, in_file, insert, numbers, on, poll_and_drop, read, rows, run_on, script, taken,
    with,
};
use kysera_core::ErrorKind;
use kysera_core::driver::{Attempt, Driver, TransactionOptions};
use kysera_sql::compiled::{Access, StatementKind};
use kysera_sql::value::Value;
use kysera_sqlite::{PoolOptions, Sqlite, SqliteOptions};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_writers_take_turns_without_an_error() {
    let file = in_file(|o| o).await;
    script(&file.db, "create table t (writer, n, primary key (writer, n))").await;
    let writers = (0..64).map(|writer| {
        let db = file.db.clone();
        tokio::spawn(async move {
            for n in 0..100 {
                let params = vec![Value::I64(writer), Value::I64(n)];
                let statement = with(StatementKind::InsertValues(1), "insert into t values (?, ?)", params);
                if n % 10 == 0 {
                    let mut conn = db.acquire(Access::Write).await.unwrap();
                    conn.begin(TransactionOptions::default()).await.unwrap();
                    on(&mut *conn, statement).await.unwrap();
                    conn.commit().await.unwrap();
                } else {
                    crate::common::db(&db, statement).await.unwrap();
                }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(rows(&file.db, "select count(*) from t").await, ["6400"]);
}

#[tokio::test]
async fn first_come_first_served_and_those_who_left_are_passed_over() {
    let file = in_file(|o| o).await;
    let order = Arc::new(Mutex::new(Vec::new()));
    let held = file.db.acquire(Access::Write).await.unwrap();
    let mut waiting = Vec::new();
    for n in 0..20 {
        let (db, order) = (file.db.clone(), Arc::clone(&order));
        let waits = tokio::spawn(async move {
            let conn = db.acquire(Access::Write).await.unwrap();
            order.lock().push(n);
            drop(conn);
        });
        // Spawned on a single thread, it asks before the next one is spawned.
        tokio::task::yield_now().await;
        waiting.push(waits);
    }
    let mut sink = Taken::default();
    let jumps_the_queue = file.db.try_run(&insert("insert into t values (1)"), &mut sink);
    assert!(matches!(jumps_the_queue, Attempt::WouldBlock));
    for gone in [3, 7, 11] {
        waiting[gone].abort();
    }
    assert!(poll_and_drop(1, file.db.acquire(Access::Write)).await.is_none());
    drop(held);
    for (n, waits) in waiting.into_iter().enumerate() {
        assert_eq!(waits.await.is_err(), [3, 7, 11].contains(&n));
    }
    let served: Vec<usize> = (0..20).filter(|n| ![3, 7, 11].contains(n)).collect();
    assert_eq!(*order.lock(), served);
    check_whole(&file.db, 1).await;
}

#[tokio::test]
async fn readers_go_on_while_one_writes() {
    let file = in_file(|o| o.readers(2)).await;
    script(&file.db, "create table t (a); insert into t values (1)").await;
    let mut writer = file.db.acquire(Access::Write).await.unwrap();
    writer.begin(TransactionOptions::default()).await.unwrap();
    run_on(&mut *writer, insert("insert into t values (2)")).await.unwrap();
    assert_eq!(rows(&file.db, "select count(*) from t").await, ["1"], "the old state");
    assert_eq!(
        run_on(&mut *writer, read("select count(*) from t")).await.unwrap().1,
        ["2"],
        "its own writes"
    );
    let first = file.db.acquire(Access::Read).await.unwrap();
    let mut second = file.db.acquire(Access::Read).await.unwrap();
    assert_eq!(run_on(&mut *second, read("select count(*) from t")).await.unwrap().1, ["1"]);
    assert!(poll_and_drop(1, file.db.acquire(Access::Read)).await.is_none(), "there are two readers");
    writer.commit().await.unwrap();
    drop(first);
    assert_eq!(rows(&file.db, "select count(*) from t").await, ["2"]);
}

#[tokio::test]
async fn what_excludes_what() {
    use Access::{Read, Write};
    let file = in_file(|o| o).await;
    let exclusive = in_file(|o| o.exclusive(true)).await;
    let excluded = |db: &Sqlite| {
        [(Read, Read), (Read, Write), (Write, Read), (Write, Write)]
            .map(|(held, wanted)| db.excludes(held, wanted))
    };
    assert_eq!(excluded(&file.db), [false, false, false, true]);
    assert_eq!(excluded(&exclusive.db), [true; 4]);
    assert_eq!(excluded(&Sqlite::memory().unwrap()), [true; 4]);
}

/// Never a hang: the wait for oneself ends with an error that says so.
#[tokio::test(start_paused = true)]
async fn the_database_in_memory_used_inside_its_own_transaction() {
    let db = Sqlite::memory().unwrap();
    let inside = tokio::spawn(async move {
        let mut conn = db.acquire(Access::Write).await.unwrap();
        conn.begin(TransactionOptions::default()).await.unwrap();
        assert!(matches!(db.try_run(&read("select 1"), &mut Taken::default()), Attempt::WouldBlock));
        let error = crate::common::db(&db, read("select 1")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SelfDeadlock);
        assert!(error.to_string().contains("use tx"), "{error}");
        conn.commit().await.unwrap();
        drop(conn);
        assert_eq!(rows(&db, "select 1").await, ["1"]);
    });
    inside.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_another_task_times_out() {
    let db = Sqlite::connect(SqliteOptions::memory().acquire_timeout(Duration::from_secs(1))).await.unwrap();
    let theirs = db.clone();
    let held = tokio::spawn(async move { theirs.acquire(Access::Write).await.unwrap() }).await.unwrap();
    let ours = db.clone();
    let waits = tokio::spawn(async move { crate::common::db(&ours, read("select 1")).await });
    assert_eq!(waits.await.unwrap().unwrap_err().kind(), ErrorKind::PoolTimeout);
    drop(held);
    assert_eq!(rows(&db, "select 1").await, ["1"]);
}

/// The only connection comes back before the rows are taken, so whoever takes them may use the database.
#[tokio::test]
async fn the_database_in_memory_is_free_while_its_rows_are_taken() {
    for (n, budget) in [(10, Duration::from_secs(3600)), (5000, Duration::ZERO)] {
        let db = Sqlite::connect(SqliteOptions::memory().budget(budget)).await.unwrap();
        let mut conn = db.acquire(Access::Read).await.unwrap();
        let mut stream = conn.stream(read(&numbers(n))).await.unwrap();
        let mut seen = 0;
        loop {
            let (sink, more) = stream.fill(Box::<Taken>::default()).await.unwrap();
            for row in taken(sink).rows {
                seen += 1;
                assert_eq!(rows(&db, &format!("select {row}")).await, [seen.to_string()]);
            }
            if !more {
                break;
            }
        }
        assert_eq!(seen, n);
        drop(stream);
        conn.begin(TransactionOptions::default()).await.unwrap();
        conn.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn two_streams_of_a_file_at_once() {
    let file = in_file(|o| o.readers(2).budget(Duration::ZERO)).await;
    let (mut one, mut two) =
        (file.db.acquire(Access::Read).await.unwrap(), file.db.acquire(Access::Read).await.unwrap());
    let sql = numbers(1000);
    let (mut first, mut second) =
        (one.stream(read(&sql)).await.unwrap(), two.stream(read(&sql)).await.unwrap());
    let mut seen = [0, 0];
    loop {
        let (a, more) = first.fill(Box::<Taken>::default()).await.unwrap();
        let (b, _) = second.fill(Box::<Taken>::default()).await.unwrap();
        seen = [seen[0] + taken(a).rows.len(), seen[1] + taken(b).rows.len()];
        if !more {
            break;
        }
    }
    assert_eq!(seen, [1000, 1000]);
    db(&file.db, insert("create table t (a)")).await.unwrap();
}

#[tokio::test]
async fn an_endless_stream_of_a_database_in_memory_can_be_read_and_left() {
    let memory = Sqlite::memory().unwrap();
    let mut conn = memory.acquire(Access::Read).await.unwrap();
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n";
    let mut stream = conn.stream(read(endless)).await.unwrap();
    let mut seen = Vec::new();
    while seen.len() < 1000 {
        let (sink, more) = stream.fill(Box::<Taken>::default()).await.unwrap();
        assert!(more);
        seen.extend(taken(sink).rows);
    }
    assert!((1..).zip(&seen).all(|(n, row): (u32, _)| *row == n.to_string()));
    drop(stream);
    db(&memory, insert("create table t (a)")).await.unwrap();
    assert_eq!(on(&mut *conn, read("select count(*) from t")).await.unwrap().1, ["0"]);
}

#[tokio::test]
async fn the_database_in_memory_is_free_while_rows_are_still_taken() {
    let memory = Sqlite::memory().unwrap();
    let mut conn = memory.acquire(Access::Read).await.unwrap();
    let mut stream = conn.stream(read(&numbers(100_000))).await.unwrap();
    let (sink, more) = stream.fill(Box::<Taken>::default()).await.unwrap();
    assert!(more);
    // Another statement waits until the rows are read, not until they are taken.
    db(&memory, insert("create table t (a)")).await.unwrap();
    let mut seen = taken(sink).rows.len();
    loop {
        let (sink, more) = stream.fill(Box::<Taken>::default()).await.unwrap();
        seen += taken(sink).rows.len();
        if !more {
            break;
        }
    }
    assert_eq!(seen, 100_000);
}

#[tokio::test]
async fn a_connection_that_cannot_be_opened_leaves_its_place() {
    let fails = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&fails);
    let file = in_file(|o| {
        o.readers(1).on_connect(move |conn| {
            conn.execute_batch(if told.load(Relaxed) { "select nonsense" } else { "select 1" })
        })
    })
    .await;
    fails.store(true, Relaxed);
    for _ in 0..3 {
        let error = db(&file.db, read("select 1")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undefined, "{error}");
    }
    drop(poll_and_drop(1, file.db.acquire(Access::Read)).await);
    fails.store(false, Relaxed);
    assert_eq!(rows(&file.db, "select 1").await, ["1"]);
    check_whole(&file.db, 1).await;
}

#[tokio::test]
async fn the_status_tells_of_the_writer_and_the_readers() {
    let file = in_file(|o| o.readers(2)).await;
    let status = file.db.status();
    assert_eq!(
        (status.limit, status.open, status.idle, status.in_use),
        (3, 1, 1, 0),
        "readers open when needed"
    );
    let reader = file.db.acquire(Access::Read).await.unwrap();
    let writer = file.db.acquire(Access::Write).await.unwrap();
    let waits = poll_and_drop(1, file.db.acquire(Access::Write)).await;
    assert!(waits.is_none());
    let status = file.db.status();
    assert_eq!((status.open, status.idle, status.in_use, status.waiting, status.opened), (2, 0, 2, 0, 2));
    let writers = file.db.writer_status();
    assert_eq!((writers.limit, writers.open, writers.in_use, writers.acquired), (1, 1, 1, 1));
    drop((reader, writer));
    assert_eq!((file.db.status().idle, file.db.status().closed.total()), (2, 0));
    file.db.close().await;
    let status = file.db.status();
    assert_eq!((status.open, status.closed.shutdown), (0, 2));
}

/// Nothing ends the only connection of a database in memory: that would be the end of the database.
#[tokio::test(start_paused = true)]
async fn the_database_in_memory_outlives_every_limit_of_its_pool() {
    let pool = PoolOptions::default()
        .idle_timeout(Some(Duration::from_millis(1)))
        .max_lifetime(Some(Duration::from_millis(1)))
        .check_after(Duration::ZERO);
    let db = Sqlite::connect(SqliteOptions::memory().pool(pool)).await.unwrap();
    script(&db, "create table t (a); insert into t values (1)").await;
    for _ in 0..3 {
        let held = db.acquire(Access::Write).await.unwrap();
        // A waiter sees to it that whatever looks after idle connections runs.
        assert!(poll_and_drop(1, db.acquire(Access::Write)).await.is_none());
        drop(held);
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(rows(&db, "select a from t").await, ["1"]);
    }
    assert_eq!(db.status().closed.total(), 0);
}
