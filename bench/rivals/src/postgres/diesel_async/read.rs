//! Rows of one query.

use super::database::open;
use super::names::NAME;
use crate::tables::diesel::{Post, User, posts, users};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kysera_bench_stage::data::{USERS, key, postgres};
use kysera_bench_stage::{Entries, Variant};

/// Every variant.
pub fn entries() -> Entries {
    let mut entries = Entries::new().add("postgres: select 1 by key", NAME, by_key);
    for (number, rows) in [("1", 1), ("10", 10), ("100", 100), ("1 000", 1_000), ("10 000", 10_000)] {
        entries = entries.add(format!("postgres: select {number}"), NAME, move || all(rows)).add(
            format!("postgres: left join {number}"),
            NAME,
            move || left_join(rows),
        );
    }
    entries
}

/// One user, by key.
fn by_key() -> Variant {
    Variant::future(
        async || open(NAME, postgres::users(USERS)).await,
        async |connection, turn| -> User {
            users::table
                .find(key(turn))
                .select(User::as_select())
                .get_result(connection)
                .await
                .expect("reads")
        },
    )
}

/// Every user.
fn all(rows: i64) -> Variant {
    Variant::future(
        async || open(NAME, postgres::users(rows)).await,
        async |connection, _| -> Vec<User> {
            users::table.select(User::as_select()).load(connection).await.expect("reads")
        },
    )
}

/// Users with black hair and their posts, of which there are none.
fn left_join(rows: i64) -> Variant {
    Variant::future(
        async || open(NAME, postgres::users(rows)).await,
        async |connection, _| -> Vec<(User, Option<Post>)> {
            let query = users::table.left_join(posts::table).filter(users::hair_color.eq("black"));
            query
                .select((User::as_select(), Option::<Post>::as_select()))
                .load(connection)
                .await
                .expect("reads")
        },
    )
}
