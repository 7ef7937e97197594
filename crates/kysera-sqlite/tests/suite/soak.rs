//! Many tasks move money between accounts, read, stream and give up at random points; the sum never changes.

use crate::common::{Taken, check_whole, in_file, on, poll_and_drop, read, rows, script, taken, with};
use kysera_core::Result;
use kysera_core::driver::{Connection, Driver, TransactionOptions};
use kysera_sql::compiled::{Access, StatementKind};
use kysera_sql::value::Value;
use kysera_sqlite::{Journal, Sqlite, SqliteOptions, Synchronous};
use std::time::Duration;

const ACCOUNTS: u64 = 50;
const TOTAL: &str = "5000";

/// Marsaglia's xorshift: the same walk each time, as far as threads allow.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

async fn transfer(db: &Sqlite, from: u64, to: u64, ends: u64) -> Result<()> {
    let mut conn = db.acquire(Access::Write).await?;
    conn.begin(TransactionOptions::default()).await?;
    add(&mut *conn, from, -1).await?;
    conn.savepoint("kysera_1").await?;
    add(&mut *conn, to, 1).await?;
    if ends == 0 {
        conn.rollback_to("kysera_1").await?;
        add(&mut *conn, to, 1).await?;
    }
    assert_eq!(on(&mut *conn, read("select sum(money) from account")).await?.1, [TOTAL]);
    match ends {
        1 => conn.rollback().await,
        2 => Ok(()),
        _ => conn.commit().await,
    }
}

async fn add(conn: &mut dyn Connection, id: u64, money: i64) -> Result<()> {
    let params = vec![Value::I64(money), Value::I64(i64::try_from(id).unwrap())];
    let sql = "update account set money = money + ? where id = ?";
    let kind = if id.is_multiple_of(2) { StatementKind::KeyedWrite } else { StatementKind::Write };
    assert_eq!(on(conn, with(kind, sql, params)).await?.0.rows_affected, 1);
    Ok(())
}

async fn look(db: &Sqlite, batches: u64) -> Result<()> {
    let mut conn = db.acquire(Access::Read).await?;
    let sql = "select a.id, b.id from account a, account b";
    let mut stream = conn.stream(read(sql)).await?;
    let mut seen = 0;
    for _ in 0..batches {
        let (sink, more) = stream.fill(Box::<Taken>::default()).await?;
        seen += taken(sink).rows.len();
        if !more {
            assert_eq!(seen, 2500);
            break;
        }
    }
    drop(stream);
    assert_eq!(on(&mut *conn, read("select sum(money) from account")).await?.1, [TOTAL]);
    Ok(())
}

async fn one(db: Sqlite, seed: u64) {
    let mut random = Random(seed * 0x9e37_79b9 + 1);
    for _ in 0..60 {
        let patience = usize::try_from(random.below(12)).unwrap();
        // A conflict of locks cannot be: there is one process.
        let done = if random.below(3) == 0 {
            poll_and_drop(patience, look(&db, random.below(12))).await
        } else {
            let (from, to) = (random.below(ACCOUNTS), random.below(ACCOUNTS));
            poll_and_drop(patience, transfer(&db, from, to, random.below(5))).await
        };
        done.transpose().unwrap();
        assert_eq!(rows(&db, "select sum(money) from account").await, [TOTAL]);
    }
}

async fn soak(db: &Sqlite) {
    script(
        db,
        "create table account (id integer primary key, money integer);
         with recursive n(i) as (select 0 union all select i + 1 from n where i < 49)
         insert into account select i, 100 from n",
    )
    .await;
    let tasks: Vec<_> = (0..16).map(|seed| tokio::spawn(one(db.clone(), seed))).collect();
    for task in tasks {
        task.await.unwrap();
    }
    check_whole(db, 0).await;
    assert_eq!(rows(db, "select sum(money) from account").await, [TOTAL]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn in_memory() {
    for budget in [Duration::ZERO, Duration::from_micros(500)] {
        soak(&Sqlite::connect(SqliteOptions::memory().budget(budget)).await.unwrap()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn in_a_file_with_a_log() {
    for synchronous in [Synchronous::Normal, Synchronous::Full] {
        soak(&in_file(|o| o.synchronous(synchronous).budget(Duration::ZERO).checkpoint_pages(10)).await.db)
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn in_a_file_with_a_rollback_journal() {
    soak(&in_file(|o| o.journal(Journal::Truncate).synchronous(Synchronous::Off)).await.db).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn in_a_file_of_one_s_own() {
    soak(&in_file(|o| o.exclusive(true)).await.db).await;
}
