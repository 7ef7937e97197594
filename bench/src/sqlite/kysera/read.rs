//! Rows of one query.

use super::open;
use crate::queries;
use kysera::prelude::*;
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{USERS, key, sqlite};

/// One user, by key.
pub fn by_key() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| queries::by_key(key(turn)).fetch_one(db).await.expect("reads"),
    )
}

/// Every user.
pub fn all(rows: i64) -> Variant {
    Variant::future(
        async || open(sqlite::users(rows)).await,
        async |db, _| queries::all().fetch_all(db).await.expect("reads"),
    )
}
