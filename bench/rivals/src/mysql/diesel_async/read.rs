//! Rows of one query.

use super::database::open;
use super::names::NAME;
use crate::tables::diesel::{Post, User, posts, users};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key};
use kysera_bench_stage::{Entries, Variant};

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let mut entries = Entries::new().add(server.case("select 1 by key"), NAME, move || by_key(server));
    for (number, rows) in server.sizes() {
        entries = entries
            .add(server.case(format_args!("select {number}")), NAME, move || all(server, rows))
            .add(server.case(format_args!("left join {number}")), NAME, move || left_join(server, rows));
    }
    entries
}

/// One user, by key.
fn by_key(server: Server) -> Variant {
    Variant::future(
        async move || open(server, NAME, mysql::users(USERS)).await,
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
fn all(server: Server, rows: i64) -> Variant {
    Variant::future(
        async move || open(server, NAME, mysql::users(rows)).await,
        async |connection, _| -> Vec<User> {
            users::table.select(User::as_select()).load(connection).await.expect("reads")
        },
    )
}

/// Users with black hair and their posts, of which there are none.
fn left_join(server: Server, rows: i64) -> Variant {
    Variant::future(
        async move || open(server, NAME, mysql::users(rows)).await,
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
