//! Rows of one query.

use super::database::open;
use crate::queries;
use kysera::prelude::*;
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{self, USERS, key, sqlite};

/// One user, by key.
pub fn by_key() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| queries::by_key(key(turn)).fetch_one(db).await.expect("reads"),
    )
}

/// Ten users, each by its key.
pub fn ten_by_key() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| {
            let mut users = Vec::with_capacity(10);
            for one in 10 * turn..10 * turn + 10 {
                users.push(queries::by_key(key(one)).fetch_one(db).await.expect("reads"));
            }
            users
        },
    )
}

/// Every user.
pub fn all(rows: i64) -> Variant {
    Variant::future(
        async || open(sqlite::users(rows)).await,
        async |db, _| queries::all().fetch_all(db).await.expect("reads"),
    )
}

/// Users with black hair and their posts, of which there are none.
pub fn left_join(rows: i64) -> Variant {
    Variant::future(
        async || open(sqlite::users(rows)).await,
        async |db, _| queries::left_join().fetch_all(db).await.expect("reads"),
    )
}

/// What a search form asks for.
pub fn search() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| queries::search(&data::search(turn)).fetch_all(db).await.expect("reads"),
    )
}
