//! Loads: a long stream, many tasks, and what tasks beside them feel.

use super::database::{open, open_file};
use super::read::one;
use super::write::{insert_users, rename};
use crate::tables::sea_orm::user;
use futures_util::TryStreamExt;
use kysera_bench_stage::data::{self, CONNECTIONS, MANY, USERS, key, new_users, sqlite};
use kysera_bench_stage::{Variant, data_folder, tasks, ticker};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, Statement};
use std::sync::Arc;

/// A million rows, looked at one by one.
pub fn stream() -> Variant {
    Variant::future(
        async || open(sqlite::users(MANY)).await,
        async |db, _| {
            let mut rows = user::Entity::find().stream(&*db).await.expect("runs");
            let mut letters = 0;
            while let Some(user) = rows.try_next().await.expect("reads") {
                letters += user.name.len();
            }
            letters
        },
    )
}

/// Point reads of many tasks.
pub fn reads() -> Variant {
    on_file(|db, turn| async move {
        one(&db, key(turn)).await.expect("reads");
    })
}

/// Point reads of many tasks, and writes among them.
pub fn writes() -> Variant {
    on_file(|db, turn| async move {
        if data::writes(turn) {
            rename(&db, key(turn)).await.expect("updates");
        } else {
            one(&db, key(turn)).await.expect("reads");
        }
    })
}

fn on_file<R: Future<Output = ()> + Send>(
    once: impl Fn(DatabaseConnection, u64) -> R + Clone + Send + 'static,
) -> Variant {
    tasks(
        async || {
            let folder = Arc::new(data_folder());
            let db = open_file(&folder.path().join("tasks.db"), CONNECTIONS).await;
            db.execute_unprepared(&sqlite::users(USERS)).await.expect("runs");
            (db, folder)
        },
        move |(db, _folder), turn| once(db, turn),
    )
}

pub fn ticker_by_key() -> Variant {
    ticker(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| one(&*db, key(turn)).await.expect("reads"),
    )
}

pub fn ticker_all() -> Variant {
    ticker(
        async || open(sqlite::users(10_000)).await,
        async |db, _| user::Entity::find().all(&*db).await.expect("reads"),
    )
}

pub fn ticker_insert() -> Variant {
    let users = new_users(100);
    ticker(
        async || open(sqlite::users(0)).await,
        async move |db, _| insert_users(&*db, &users).await.expect("inserts"),
    )
}

pub fn ticker_slow() -> Variant {
    ticker(
        async || open(sqlite::users(0)).await,
        async |db, _| {
            let statement = Statement::from_string(DbBackend::Sqlite, sqlite::SLOW);
            let row = db.query_one_raw(statement).await.expect("runs").expect("is there");
            row.try_get::<i64>("", "n").expect("reads")
        },
    )
}
