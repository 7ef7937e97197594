//! Users with posts with comments: a query for each level, put together by hand.

use super::database::open_far;
use super::names::NAME;
use super::rows::{comment, post, user};
use crate::rows::{Comment, Nested, Post, User};
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::{Entries, Variant, assert_nested, nest};
use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use std::time::Duration;

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let mut entries = Entries::new()
        .add(server.case("associations of 100 users"), NAME, move || by_level(server, 100, Duration::ZERO));
    for (case, users, round_trip) in server.nestings() {
        entries = entries.add(case, NAME, move || by_level(server, users, round_trip));
    }
    entries
}

const USERS: &str = "select id, name, hair_color from users where id <= ? order by id";

/// A query for each level, by the keys of the level above.
fn by_level(server: Server, users: i64, round_trip: Duration) -> Variant {
    Variant::future(
        async move || {
            let mut conn = open_far(server, NAME, &mysql::nested(100, 10, 10), round_trip).await;
            let found = load(&mut conn, users).await.expect("reads");
            assert_nested(
                users,
                found.iter().map(|(_, posts)| posts.iter().map(|(_, comments)| comments.len())),
            );
            conn
        },
        async move |conn, _| load(conn, users).await.expect("reads"),
    )
}

async fn load(conn: &mut Conn, users: i64) -> mysql_async::Result<Nested> {
    let users: Vec<User> = conn.exec_map(USERS, (users,), user).await?;
    let sql =
        format!("select id, user_id, title, body from posts where user_id in ({})", places(users.len()));
    let ids: Vec<i64> = users.iter().map(|user| user.id).collect();
    let posts: Vec<Post> = conn.exec_map(sql, ids, post).await?;
    let sql = format!("select id, post_id, text from comments where post_id in ({})", places(posts.len()));
    let ids: Vec<i64> = posts.iter().map(|post| post.id).collect();
    let comments: Vec<Comment> = conn.exec_map(sql, ids, comment).await?;
    let posts = nest(posts, |post| post.id, comments, |comment| comment.post_id);
    Ok(nest(users, |user| user.id, posts, |(post, _)| post.user_id))
}

/// `?, ?, ..`
fn places(count: usize) -> String {
    vec!["?"; count].join(", ")
}
