//! Rows that come and change.

use super::open;
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{insert_sql, new_users, sqlite};

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
