//! Users with posts with comments: a query for each level, put together by hand.

use super::database::open_far;
use super::names::NAME;
use crate::tables::sqlx::{Comment, Post, User};
use kysera_bench_stage::data::postgres;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::{Entries, Variant, assert_nested, nest};
use sqlx::PgPool;
use std::time::Duration;

/// Every variant.
pub fn entries() -> Entries {
    let mut entries =
        Entries::new().add("postgres: associations of 100 users", NAME, || by_level(100, Duration::ZERO));
    for (case, users, round_trip) in Server::Postgres.nestings() {
        entries = entries.add(case, NAME, move || by_level(users, round_trip));
    }
    entries
}

fn by_level(users: i64, round_trip: Duration) -> Variant {
    Variant::future(
        async || {
            let pool = open_far(NAME, postgres::nested(100, 10, 10), 1, round_trip).await;
            let found = load(&pool, users).await.expect("reads");
            assert_nested(
                users,
                found.iter().map(|(_, posts)| posts.iter().map(|(_, comments)| comments.len())),
            );
            pool
        },
        async move |pool, _| load(pool, users).await.expect("reads"),
    )
}

type Nested = Vec<(User, Vec<(Post, Vec<Comment>)>)>;

async fn load(pool: &PgPool, users: i64) -> sqlx::Result<Nested> {
    // One connection for all three: the pool would test it each time.
    let mut connection = pool.acquire().await?;
    let query =
        sqlx::query_as("select id, name, hair_color from users where id <= $1 order by id").bind(users);
    let users: Vec<User> = query.fetch_all(&mut *connection).await?;
    let ids: Vec<i64> = users.iter().map(|user| user.id).collect();
    let query =
        sqlx::query_as("select id, user_id, title, body from posts where user_id = any($1)").bind(ids);
    let posts: Vec<Post> = query.fetch_all(&mut *connection).await?;
    let ids: Vec<i64> = posts.iter().map(|post| post.id).collect();
    let query = sqlx::query_as("select id, post_id, text from comments where post_id = any($1)").bind(ids);
    let comments: Vec<Comment> = query.fetch_all(&mut *connection).await?;
    let posts = nest(posts, |post| post.id, comments, |comment| comment.post_id);
    Ok(nest(users, |user| user.id, posts, |(post, _)| post.user_id))
}
