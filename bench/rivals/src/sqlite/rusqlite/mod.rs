//! rusqlite with the SQLite of these rivals: how much of a difference is its build and version alone.

use kysera_bench_stage::data::{USERS, key, sqlite};
use kysera_bench_stage::{Entries, Variant};
use rusqlite::{Connection, Row};

const NAME: &str = "rusqlite, the rivals' SQLite";

const BY_KEY: &str = "select id, name, hair_color from users where id = ?";
const ALL: &str = "select id, name, hair_color from users";

const LEFT_JOIN: &str = "select users.id, users.name, users.hair_color, posts.id, posts.user_id, posts.title, posts.body \
    from users left join posts on posts.user_id = users.id where users.hair_color = ?";

/// Every variant.
pub fn entries() -> Entries {
    Entries::new()
        .add("sqlite: select 1 by key", NAME, by_key)
        .add("sqlite: select 10 000", NAME, || all(10_000))
        .add("sqlite: left join 1 000", NAME, || left_join(1_000))
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

fn left_join(rows: i64) -> Variant {
    Variant::new(open(&sqlite::users(rows)), |connection, _| {
        let mut statement = connection.prepare_cached(LEFT_JOIN).expect("prepares");
        let rows = statement.query_map(["black"], |row| Ok((user(row)?, optional_post(row)?))).expect("runs");
        rows.collect::<Result<Vec<(User, Option<Post>)>, _>>().expect("reads")
    })
}

#[expect(dead_code, reason = "as of users")]
struct Post {
    id: i64,
    user_id: i64,
    title: String,
    body: Option<String>,
}

fn optional_post(row: &Row<'_>) -> rusqlite::Result<Option<Post>> {
    let Some(id) = row.get(3)? else { return Ok(None) };
    Ok(Some(Post { id, user_id: row.get(4)?, title: row.get(5)?, body: row.get(6)? }))
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
