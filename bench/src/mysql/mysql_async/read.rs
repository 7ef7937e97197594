//! Rows of one query.

use super::database::prepare;
use super::names::NAME;
use super::rows::{UserRow, user};
use crate::rows::{Post, User};
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key};
use kysera_bench_stage::{Entries, Variant};
use mysql_async::prelude::Queryable;

/// One user, by key.
pub const BY_KEY: &str = "select id, name, hair_color from users where id = ?";

const ALL: &str = "select id, name, hair_color from users";
const LEFT_JOIN: &str = "\
    select users.id, users.name, users.hair_color, posts.id, posts.user_id, posts.title, posts.body \
    from users left join posts on posts.user_id = users.id where users.hair_color = ?";

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
        async move || prepare(server, NAME, &mysql::users(USERS), BY_KEY).await,
        async |(conn, statement), turn| {
            let row: Option<UserRow> = conn.exec_first(&*statement, (key(turn),)).await.expect("reads");
            user(row.expect("is there"))
        },
    )
}

/// Every user.
fn all(server: Server, rows: i64) -> Variant {
    Variant::future(
        async move || prepare(server, NAME, &mysql::users(rows), ALL).await,
        async |(conn, statement), _| -> Vec<User> {
            conn.exec_map(&*statement, (), user).await.expect("reads")
        },
    )
}

type Joined = (i64, String, Option<String>, Option<i64>, Option<i64>, Option<String>, Option<String>);

/// Users with black hair and their posts, of which there are none.
fn left_join(server: Server, rows: i64) -> Variant {
    Variant::future(
        async move || prepare(server, NAME, &mysql::users(rows), LEFT_JOIN).await,
        async |(conn, statement), _| -> Vec<(User, Option<Post>)> {
            conn.exec_map(&*statement, ("black",), joined).await.expect("reads")
        },
    )
}

fn joined((id, name, hair_color, post, user_id, title, body): Joined) -> (User, Option<Post>) {
    let post = match (post, user_id, title) {
        (Some(id), Some(user_id), Some(title)) => Some(Post { id, user_id, title, body }),
        _ => None,
    };
    (User { id, name, hair_color }, post)
}
