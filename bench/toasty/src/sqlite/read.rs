//! Rows of one query.

use super::database::open;
use crate::model::User;
use crate::search::find;
use kysera_bench_stage::data::{USERS, key, search as form, sqlite};
use kysera_bench_stage::{Variant, ticker};

/// One user, by key.
pub fn by_key() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| User::get_by_id(db, key(turn)).await.expect("reads"),
    )
}

/// Ten users, each by its key.
pub fn ten_by_key() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| {
            let mut users = Vec::with_capacity(10);
            for turn in 10 * turn..10 * turn + 10 {
                users.push(User::get_by_id(db, key(turn)).await.expect("reads"));
            }
            users
        },
    )
}

/// Every user.
pub fn all(rows: i64) -> Variant {
    Variant::future(
        async || open(sqlite::users(rows)).await,
        async |db, _| User::all().exec(db).await.expect("reads"),
    )
}

/// What a search form asks for.
pub fn search() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| find(db, &form(turn)).await.expect("reads"),
    )
}

pub fn ticker_by_key() -> Variant {
    ticker(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| User::get_by_id(db, key(turn)).await.expect("reads"),
    )
}

pub fn ticker_all() -> Variant {
    ticker(
        async || open(sqlite::users(10_000)).await,
        async |db, _| User::all().exec(db).await.expect("reads"),
    )
}
