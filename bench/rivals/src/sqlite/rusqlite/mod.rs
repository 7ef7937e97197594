//! rusqlite with the SQLite of these rivals: how much of a difference is its build and version alone.

use kysera_bench_stage::data::{USERS, key, sqlite};
use kysera_bench_stage::{Entries, Variant};
use rusqlite::{Connection, Row};

const NAME: &str = "rusqlite, the rivals' SQLite";

const BY_KEY: &str = "select id, name, hair_color from users where id = ?";
const ALL: &str = "select id, name, hair_color from users";

/// Every variant.
pub fn entries() -> Entries {
    Entries::new()
        .add("sqlite: select 1 by key", NAME, by_key)
        .add("sqlite: select 10 000", NAME, || all(10_000))
}

fn by_key() -> Variant {
    Variant::new(open(&sqlite::users(USERS)), |connection, turn| {
        let mut statement = connection.prepare_cached(BY_KEY).expect("prepares");
        statement.query_row([key(turn)], user).expect("reads")
    })
}

fn all(rows: i64) -> Variant {
    Variant::new(open(&sqlite::users(rows)), |connection, _| {
        let mut statement = connection.prepare_cached(ALL).expect("prepares");
        let rows = statement.query_map([], user).expect("runs");
        rows.collect::<Result<Vec<User>, _>>().expect("reads")
    })
}

#[expect(dead_code, reason = "rows are made, as by everybody, and looked at by nobody")]
struct User {
    id: i64,
    name: String,
    hair_color: Option<String>,
}

fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User { id: row.get(0)?, name: row.get(1)?, hair_color: row.get(2)? })
}

fn open(script: &str) -> Connection {
    let connection = Connection::open_in_memory().expect("opens");
    connection.set_prepared_statement_cache_capacity(128);
    connection.execute_batch(script).expect("runs");
    connection
}
