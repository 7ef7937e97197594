//! Users with posts with comments: a query for each level, put together by hand.

use super::database::open_far;
use super::names::NAME;
use crate::tables::sqlx::{Comment, Post, User};
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::{Entries, Variant, assert_nested, nest};
use sqlx::{MySql, MySqlPool, QueryBuilder};
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

fn by_level(server: Server, users: i64, round_trip: Duration) -> Variant {
    Variant::future(
        async move || {
            let pool = open_far(server, NAME, mysql::nested(100, 10, 10), 1, round_trip).await;
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

async fn load(pool: &MySqlPool, users: i64) -> sqlx::Result<Nested> {
    // One connection for all three: the pool would test it each time.
    let mut connection = pool.acquire().await?;
    let query =
        sqlx::query_as("select id, name, hair_color from users where id <= ? order by id").bind(users);
    let users: Vec<User> = query.fetch_all(&mut *connection).await?;
    let mut query = QueryBuilder::<MySql>::new("select id, user_id, title, body from posts where user_id");
    push_in(&mut query, users.iter().map(|user| user.id));
    let posts: Vec<Post> = query.build_query_as().fetch_all(&mut *connection).await?;
    let mut query = QueryBuilder::<MySql>::new("select id, post_id, text from comments where post_id");
    push_in(&mut query, posts.iter().map(|post| post.id));
    let comments: Vec<Comment> = query.build_query_as().fetch_all(&mut *connection).await?;
    let posts = nest(posts, |post| post.id, comments, |comment| comment.post_id);
    Ok(nest(users, |user| user.id, posts, |(post, _)| post.user_id))
}

/// ` in (?, ?, ..)`
fn push_in(query: &mut QueryBuilder<MySql>, ids: impl Iterator<Item = i64>) {
    query.push(" in (");
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(id);
    }
    query.push(")");
}
