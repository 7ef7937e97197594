//! Users with posts with comments: a query for each level, put together by hand.

use super::database::open_far;
use super::names::COLLECTED;
use super::rows::{comment, post, user};
use crate::rows::{Comment, Nested, Post, User};
use kysera_bench_stage::data::postgres;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::{Entries, Variant, assert_nested, nest};
use std::time::Duration;
use tokio_postgres::{Client, Statement};

/// Every variant.
pub fn entries() -> Entries {
    let mut entries = Entries::new()
        .add("postgres: associations of 100 users", COLLECTED, || by_level(100, Duration::ZERO));
    for (case, users, round_trip) in Server::Postgres.nestings() {
        entries = entries.add(case, COLLECTED, move || by_level(users, round_trip));
    }
    entries
}

const USERS: &str = "select id, name, hair_color from users where id <= $1 order by id";
const POSTS: &str = "select id, user_id, title, body from posts where user_id = any($1)";
const COMMENTS: &str = "select id, post_id, text from comments where post_id = any($1)";

/// A query for each level, by the keys of the level above.
fn by_level(users: i64, round_trip: Duration) -> Variant {
    Variant::future(
        async || {
            let client = open_far(COLLECTED, &postgres::nested(100, 10, 10), round_trip).await;
            let mut statements = Vec::new();
            for sql in [USERS, POSTS, COMMENTS] {
                statements.push(client.prepare(sql).await.expect("prepares"));
            }
            let found = load(&client, &statements, users).await.expect("reads");
            assert_nested(
                users,
                found.iter().map(|(_, posts)| posts.iter().map(|(_, comments)| comments.len())),
            );
            (client, statements)
        },
        async move |(client, statements), _| load(client, statements, users).await.expect("reads"),
    )
}

async fn load(
    client: &Client,
    statements: &[Statement],
    users: i64,
) -> Result<Nested, tokio_postgres::Error> {
    let users: Vec<User> = client.query(&statements[0], &[&users]).await?.iter().map(user).collect();
    let ids: Vec<i64> = users.iter().map(|user| user.id).collect();
    let posts: Vec<Post> = client.query(&statements[1], &[&ids]).await?.iter().map(post).collect();
    let ids: Vec<i64> = posts.iter().map(|post| post.id).collect();
    let comments: Vec<Comment> = client.query(&statements[2], &[&ids]).await?.iter().map(comment).collect();
    let posts = nest(posts, |post| post.id, comments, |comment| comment.post_id);
    Ok(nest(users, |user| user.id, posts, |(post, _)| post.user_id))
}
