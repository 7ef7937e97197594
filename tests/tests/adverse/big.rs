//! Many rows, many tasks.

use crate::database::{in_time, is_sqlite, open_each};
use kysera::prelude::*;
use kysera::raw;
use kysera::schema::create_table;
use kysera_sql::row::{Cursor, DecodeError};
use std::sync::atomic::{AtomicI64, Ordering};

const ROWS: i64 = 1_000_000;

static ALIVE: AtomicI64 = AtomicI64::new(0);
static MOST: AtomicI64 = AtomicI64::new(0);

/// A row that counts how many of it there are.
#[derive(Debug)]
struct Counted(i64);

impl FromRow for Counted {
    const WIDTH: usize = 1;

    fn from_row(cursor: &mut Cursor<'_>) -> Result<Counted, DecodeError> {
        let row = Counted(cursor.read()?);
        MOST.fetch_max(ALIVE.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        Ok(row)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_million_rows_are_streamed_and_few_of_them_are_there_at_once() {
    for db in open_each("big_stream").await {
        let text = if is_sqlite(&db) {
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < {}) select i from n"
        } else {
            "select generate_series(1, {})"
        };
        let mut stream = raw(text).bind(ROWS).rows::<Counted>().fetch_stream(&db);
        let (mut rows, mut sum) = (0, 0);
        in_time(async {
            while let Some(row) = stream.next().await {
                rows += 1;
                sum += row.unwrap().0;
            }
        })
        .await;
        assert_eq!((rows, sum), (ROWS, ROWS * (ROWS + 1) / 2));
        assert_eq!(ALIVE.load(Ordering::SeqCst), 0);
        let most = MOST.swap(0, Ordering::SeqCst);
        assert!(most <= 10_000, "{most} rows were there at once");
    }
}

#[derive(Table, Debug, Clone)]
#[table(name = "counter")]
struct Counter {
    #[column(primary_key)]
    id: i64,
    n: i64,
}

async fn counter(db: &Db) {
    create_table(Counter).execute(db).await.unwrap();
    insert_into(Counter).values(NewCounter { id: 0, n: 0 }).execute(db).await.unwrap();
}

/// Adds one, and a row of its own, or neither.
async fn count(db: &Db, id: i64) -> kysera::Result<i64> {
    db.transaction(async |tx| {
        let change = update(Counter).set(Counter.n.set(Counter.n + 1)).filter(Counter.id.eq(0));
        let n = change.returning(Counter.n).fetch_one(tx).await?;
        insert_into(Counter).values(NewCounter { id, n }).execute(tx).await?;
        Ok(n)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_runs_on_a_task_of_its_own() {
    for db in open_each("big_spawn").await {
        counter(&db).await;
        let task = tokio::spawn({
            let db = db.clone();
            async move { count(&db, 1).await }
        });
        assert_eq!(in_time(task).await.unwrap().unwrap(), 1);
        let tx = db.begin().await.unwrap();
        let task = tokio::spawn(async move {
            insert_into(Counter).values(NewCounter { id: 2, n: 2 }).execute(&tx).await?;
            tx.commit().await
        });
        in_time(task).await.unwrap().unwrap();
        assert_eq!(select_from(Counter).select(count_all()).fetch_one(&db).await.unwrap(), 3);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_tasks_lose_nothing() {
    for db in open_each("big_tasks").await {
        counter(&db).await;
        let tasks: Vec<_> = (1..=64)
            .map(|id| {
                let db = db.clone();
                tokio::spawn(async move {
                    let n: i64 = count(&db, id).await?;
                    let own = select_from(Counter).filter(Counter.id.eq(id)).select(Counter.n);
                    assert_eq!(own.fetch_one(&db).await?, n);
                    kysera::Result::<i64>::Ok(n)
                })
            })
            .collect();
        let mut seen = Vec::new();
        for task in tasks {
            seen.push(in_time(task).await.unwrap().unwrap());
        }
        seen.sort_unstable();
        assert!(seen.into_iter().eq(1..=64), "each saw a number of its own");
        assert_eq!(
            select_from(Counter).filter(Counter.id.eq(0)).select(Counter.n).fetch_one(&db).await.unwrap(),
            64
        );
    }
}
