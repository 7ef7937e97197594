//! Rows of one query.

use super::database::open;
use crate::case::{OURS, PREPARED};
use crate::{prepared, queries};
use kysera::prelude::*;
use kysera_bench_stage::data::{USERS, key, postgres};
use kysera_bench_stage::{Entries, Variant};

/// Every variant.
pub fn entries() -> Entries {
    let mut entries = Entries::new().add("postgres: select 1 by key", OURS, by_key).add(
        "postgres: select 1 by key",
        PREPARED,
        by_key_prepared,
    );
    for (number, rows) in [("1", 1), ("10", 10), ("100", 100), ("1 000", 1_000), ("10 000", 10_000)] {
        entries = entries
            .add(format!("postgres: select {number}"), OURS, move || all(rows))
            .add(format!("postgres: select {number}"), PREPARED, move || all_prepared(rows))
            .add(format!("postgres: left join {number}"), OURS, move || left_join(rows))
            .add(format!("postgres: left join {number}"), PREPARED, move || left_join_prepared(rows));
    }
    entries
}

/// One user, by key.
fn by_key() -> Variant {
    Variant::future(
        async || open(OURS, postgres::users(USERS)).await,
        async |db, turn| queries::by_key(key(turn)).fetch_one(db).await.expect("reads"),
    )
}

fn by_key_prepared() -> Variant {
    Variant::future(
        async || open(PREPARED, postgres::users(USERS)).await,
        async |db, turn| prepared::BY_KEY.bind(key(turn)).fetch_one(db).await.expect("reads"),
    )
}

/// Every user.
fn all(rows: i64) -> Variant {
    Variant::future(
        async || open(OURS, postgres::users(rows)).await,
        async |db, _| queries::all().fetch_all(db).await.expect("reads"),
    )
}

fn all_prepared(rows: i64) -> Variant {
    Variant::future(
        async || open(PREPARED, postgres::users(rows)).await,
        async |db, _| prepared::ALL.bind(()).fetch_all(db).await.expect("reads"),
    )
}

/// Users with black hair and their posts, of which there are none.
fn left_join(rows: i64) -> Variant {
    Variant::future(
        async || open(OURS, postgres::users(rows)).await,
        async |db, _| queries::left_join().fetch_all(db).await.expect("reads"),
    )
}

fn left_join_prepared(rows: i64) -> Variant {
    Variant::future(
        async || open(PREPARED, postgres::users(rows)).await,
        async |db, _| prepared::LEFT_JOIN.bind("black").fetch_all(db).await.expect("reads"),
    )
}
