//! Loads: a long stream, many tasks, and what tasks beside them feel.

use super::database::{open, open_many};
use super::read::{ALL, one};
use super::write::{insert_users, rename};
use crate::tables::sqlx::User;
use futures_util::TryStreamExt;
use kysera_bench_stage::data::{self, MANY, USERS, key, new_users, sqlite};
use kysera_bench_stage::{Variant, data_folder, tasks, ticker};
use sqlx::SqlitePool;
use std::sync::Arc;

/// A million rows, looked at one by one.
pub fn stream() -> Variant {
    Variant::future(
        async || open(sqlite::users(MANY)).await,
        async |pool, _| {
            let mut rows = sqlx::query_as::<_, User>(ALL).fetch(&*pool);
            let mut letters = 0;
            while let Some(user) = rows.try_next().await.expect("reads") {
                letters += user.name.len();
            }
            letters
        },
    )
}

/// Point reads of many tasks.
pub fn reads(tested: bool) -> Variant {
    on_file(tested, |pool, turn| async move {
        one(&pool, key(turn)).await.expect("reads");
    })
}

/// Point reads of many tasks, and writes among them.
pub fn writes(tested: bool) -> Variant {
    on_file(tested, |pool, turn| async move {
        if data::writes(turn) {
            rename(&pool, key(turn)).await.expect("updates");
        } else {
            one(&pool, key(turn)).await.expect("reads");
        }
    })
}

fn on_file<R: Future<Output = ()> + Send>(
    tested: bool,
    once: impl Fn(SqlitePool, u64) -> R + Clone + Send + 'static,
) -> Variant {
    tasks(
        async || {
            let folder = Arc::new(data_folder());
            (open_many(&folder.path().join("tasks.db"), sqlite::users(USERS), tested).await, folder)
        },
        move |(pool, _folder), turn| once(pool, turn),
    )
}

pub fn ticker_by_key() -> Variant {
    ticker(
        async || open(sqlite::users(USERS)).await,
        async |pool, turn| one(&*pool, key(turn)).await.expect("reads"),
    )
}

pub fn ticker_all() -> Variant {
    ticker(
        async || open(sqlite::users(10_000)).await,
        async |pool, _| sqlx::query_as::<_, User>(ALL).fetch_all(&*pool).await.expect("reads"),
    )
}

pub fn ticker_insert() -> Variant {
    let users = new_users(100);
    ticker(
        async || open(sqlite::users(0)).await,
        async move |pool, _| insert_users(pool, &users).await.expect("inserts"),
    )
}

pub fn ticker_slow() -> Variant {
    ticker(
        async || open(sqlite::users(0)).await,
        async |pool, _| sqlx::query_scalar::<_, i64>(sqlite::SLOW).fetch_one(&*pool).await.expect("reads"),
    )
}
