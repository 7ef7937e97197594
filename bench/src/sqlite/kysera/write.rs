//! Rows that come and change.

use super::open;
use crate::queries;
use kysera::prelude::*;
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{new_users, sqlite};

/// So many new users in one statement.
pub fn insert(rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::future_clearing(
        async || open(sqlite::users(0)).await,
        async |db| {
            kysera::raw(sqlite::EMPTY).execute(db).await.expect("deletes");
        },
        async move |db, _| queries::insert(&users).execute(db).await.expect("inserts"),
    )
}
