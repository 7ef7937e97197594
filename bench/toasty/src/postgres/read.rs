//! Rows of one query.

use super::database::open;
use crate::model::User;
use crate::names::NAME;
use kysera_bench_stage::data::{USERS, key, postgres};
use kysera_bench_stage::{Entries, Variant};

/// Every variant.
pub fn entries() -> Entries {
    let mut entries = Entries::new().add("postgres: select 1 by key", NAME, by_key);
    for (number, rows) in [("1", 1), ("10", 10), ("100", 100), ("1 000", 1_000), ("10 000", 10_000)] {
        entries = entries.add(format!("postgres: select {number}"), NAME, move || all(rows));
    }
    entries
}

/// One user, by key.
fn by_key() -> Variant {
    Variant::future(
        async || open(postgres::users(USERS)).await,
        async |db, turn| User::get_by_id(db, key(turn)).await.expect("reads"),
    )
}

/// Every user.
fn all(rows: i64) -> Variant {
    Variant::future(
        async || open(postgres::users(rows)).await,
        async |db, _| User::all().exec(db).await.expect("reads"),
    )
}
