//! Loads: a long stream, many tasks, and what tasks beside them feel.

use super::database::{open, open_file};
use crate::{prepared, queries};
use futures_util::TryStreamExt;
use kysera::prelude::*;
use kysera_bench_stage::data::{self, MANY, USERS, key, new_users, sqlite};
use kysera_bench_stage::{Variant, data_folder, tasks, ticker};
use std::sync::Arc;

/// A million rows, looked at one by one.
pub fn stream() -> Variant {
    Variant::future(
        async || open(sqlite::users(MANY)).await,
        async |db, _| {
            let mut rows = queries::all().fetch_stream(&*db);
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
        queries::by_key(key(turn)).fetch_one(&db).await.expect("reads");
    })
}

pub fn reads_prepared() -> Variant {
    on_file(|db, turn| async move {
        prepared::BY_KEY.bind(key(turn)).fetch_one(&db).await.expect("reads");
    })
}

/// Point reads of many tasks, and writes among them.
pub fn writes() -> Variant {
    on_file(|db, turn| async move {
        if data::writes(turn) {
            queries::rename(key(turn), "renamed").execute(&db).await.expect("updates");
        } else {
            queries::by_key(key(turn)).fetch_one(&db).await.expect("reads");
        }
    })
}

pub fn writes_prepared() -> Variant {
    on_file(|db, turn| async move {
        if data::writes(turn) {
            prepared::RENAME.bind((key(turn), "renamed")).execute(&db).await.expect("updates");
        } else {
            prepared::BY_KEY.bind(key(turn)).fetch_one(&db).await.expect("reads");
        }
    })
}

fn on_file<R: Future<Output = ()> + Send>(once: impl Fn(Db, u64) -> R + Clone + Send + 'static) -> Variant {
    tasks(
        async || {
            let folder = Arc::new(data_folder());
            (open_file(&folder.path().join("tasks.db"), sqlite::users(USERS)).await, folder)
        },
        move |(db, _folder), turn| once(db, turn),
    )
}

pub fn ticker_by_key() -> Variant {
    ticker(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| queries::by_key(key(turn)).fetch_one(db).await.expect("reads"),
    )
}

pub fn ticker_all() -> Variant {
    ticker(
        async || open(sqlite::users(10_000)).await,
        async |db, _| queries::all().fetch_all(db).await.expect("reads"),
    )
}

pub fn ticker_insert() -> Variant {
    let users = new_users(100);
    ticker(
        async || open(sqlite::users(0)).await,
        async move |db, _| queries::insert(&users).execute(db).await.expect("inserts"),
    )
}

pub fn ticker_slow() -> Variant {
    ticker(
        async || open(sqlite::users(0)).await,
        async |db, _| kysera::raw(sqlite::SLOW).rows::<i64>().fetch_one(db).await.expect("reads"),
    )
}
