//! Many tasks at once, also at the first call; many databases, also closed ones.

use super::{Account, Tenants, Who, each, filled};
use kysera::prelude::*;
use kysera::sqlite::{Sqlite, SqliteOptions};
use std::sync::Arc;
use tokio::sync::Barrier;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tasks_that_race_for_the_first_call_see_their_own_rows() {
    each(
        |builder| builder.plugin(Tenants::ONE),
        async |db| {
            for _ in 0..20 {
                let counts = prepare(|age: Param<i32>| {
                    select_from(Account).filter(Account.age.ge(age)).select(count_all())
                });
                let start = Arc::new(Barrier::new(8));
                let tasks: Vec<_> = (0..8)
                    .map(|task| {
                        let (counts, start) = (counts.clone(), Arc::clone(&start));
                        let (who, expected) = match task % 3 {
                            0 => (Who::Tenant(1), 3),
                            1 => (Who::Tenant(2), 2),
                            _ => (Who::Root, 5),
                        };
                        let db = db.with(who);
                        tokio::spawn(async move {
                            start.wait().await;
                            for _ in 0..5 {
                                assert_eq!(counts.bind(0).fetch_one(&db).await.unwrap(), expected);
                            }
                        })
                    })
                    .collect();
                for task in tasks {
                    task.await.unwrap();
                }
            }
        },
    )
    .await;
}

#[tokio::test]
async fn more_databases_than_are_remembered_and_databases_that_are_gone() {
    let names = prepare(|id: Param<i64>| select_from(Account).filter(Account.id.eq(id)).select(Account.name));
    let mut open = Vec::new();
    for _ in 0..40 {
        let db = Db::new(Sqlite::connect(SqliteOptions::memory()).await.unwrap());
        filled(&db).await;
        assert_eq!(names.bind(1).fetch_one(&db).await.unwrap(), "ann");
        open.push(db);
    }
    for db in &open {
        assert_eq!(names.bind(2).fetch_one(db).await.unwrap(), "bob");
    }
    let id = |db: &Db| names.bind(2).compile(db).unwrap().sql.id();
    let last = open.pop().unwrap();
    let kept = id(&last);
    drop(open);
    for _ in 0..5 {
        let db = Db::new(Sqlite::connect(SqliteOptions::memory()).await.unwrap());
        filled(&db).await;
        assert_eq!(names.bind(3).fetch_one(&db).await.unwrap(), "cem");
    }
    assert_eq!(id(&last), kept, "a database that is open is remembered longer than those that are gone");
}
