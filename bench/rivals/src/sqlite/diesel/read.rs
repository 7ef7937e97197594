//! Rows of one query.

use super::open;
use super::schema::{User, users};
use diesel::prelude::*;
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{USERS, key, sqlite};

/// One user, by key.
pub fn by_key() -> Variant {
    Variant::new(open(&sqlite::users(USERS)), |connection, turn| {
        users::table.find(key(turn)).select(User::as_select()).first(connection).expect("reads")
    })
}
