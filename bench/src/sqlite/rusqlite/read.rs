//! Rows of one query.

use super::open;
use crate::rows::User;
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{USERS, key, sqlite};
use rusqlite::Row;

const BY_KEY: &str = "select id, name, hair_color from users where id = ?";
const ALL: &str = "select id, name, hair_color from users";

/// One user, by key.
pub fn by_key() -> Variant {
    Variant::new(open(&sqlite::users(USERS)), |connection, turn| {
        let mut statement = connection.prepare_cached(BY_KEY).expect("prepares");
        statement.query_row([key(turn)], user).expect("reads")
    })
}

/// Every user.
pub fn all(rows: i64) -> Variant {
    Variant::new(open(&sqlite::users(rows)), |connection, _| {
        let mut statement = connection.prepare_cached(ALL).expect("prepares");
        let rows = statement.query_map([], user).expect("runs");
        rows.collect::<Result<Vec<User>, _>>().expect("reads")
    })
}

fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User { id: row.get(0)?, name: row.get(1)?, hair_color: row.get(2)? })
}
