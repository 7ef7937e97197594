//! Rows that come and change.

use super::database::open;
use super::read::one;
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{USERS, insert_sql, key, new_users, sqlite};
use rusqlite::{Connection, params};

/// Another name for a user.
pub const RENAME: &str = "update users set name = ? where id = ?";

/// So many new users in one statement, whose text is made once.
pub fn insert(rows: usize) -> Variant {
    let (sql, users) = (insert_sql(rows, |_| String::from("?")), new_users(rows));
    Variant::clearing(
        open(&sqlite::users(0)),
        |connection| {
            connection.execute(sqlite::EMPTY, []).expect("deletes");
        },
        move |connection, _| {
            let mut statement = connection.prepare_cached(&sql).expect("prepares");
            for (at, (name, hair)) in users.iter().enumerate() {
                statement.raw_bind_parameter(2 * at + 1, name).expect("binds");
                statement.raw_bind_parameter(2 * at + 2, hair).expect("binds");
            }
            statement.raw_execute().expect("inserts")
        },
    )
}

/// Another name for one user.
pub fn update() -> Variant {
    Variant::new(open(&sqlite::users(USERS)), |connection, turn| rename(connection, key(turn)))
}

/// Gives a user another name.
pub fn rename(connection: &Connection, id: i64) -> usize {
    connection.prepare_cached(RENAME).expect("prepares").execute(params!["renamed", id]).expect("updates")
}

/// A hundred users that are there already, in one statement, whose text is made once.
pub fn upsert() -> Variant {
    let rows = vec!["(?, ?, ?)"; 100].join(", ");
    let sql = format!(
        "insert into users (id, name, hair_color) values {rows} \
         on conflict (id) do update set name = excluded.name, hair_color = excluded.hair_color"
    );
    let users = new_users(100);
    Variant::new(open(&sqlite::users(100)), move |connection, _| {
        let mut statement = connection.prepare_cached(&sql).expect("prepares");
        for (at, (name, hair)) in users.iter().enumerate() {
            statement.raw_bind_parameter(3 * at + 1, at as i64 + 1).expect("binds");
            statement.raw_bind_parameter(3 * at + 2, name).expect("binds");
            statement.raw_bind_parameter(3 * at + 3, hair).expect("binds");
        }
        statement.raw_execute().expect("upserts")
    })
}

/// A user comes, another is read, renamed and read again, and the first one goes.
pub fn transaction() -> Variant {
    Variant::new(open(&sqlite::users(USERS)), |connection, turn| {
        // Begins and commits as rusqlite's own `Transaction` does, with the statements kept.
        connection.prepare_cached("begin immediate").expect("prepares").execute([]).expect("begins");
        let mut insert =
            connection.prepare_cached("insert into users (name) values (?) returning id").expect("prepares");
        let id: i64 = insert.query_row(["new"], |row| row.get(0)).expect("inserts");
        one(connection, key(turn));
        rename(connection, key(turn));
        let user = one(connection, key(turn));
        let mut delete = connection.prepare_cached("delete from users where id = ?").expect("prepares");
        delete.execute([id]).expect("deletes");
        connection.prepare_cached("commit").expect("prepares").execute([]).expect("commits");
        user
    })
}
