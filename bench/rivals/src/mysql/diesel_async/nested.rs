//! Users with posts with comments: `belonging_to` and `grouped_by`, as its guide on relations shows.

use super::database::open_far;
use super::names::NAME;
use crate::tables::diesel::{Comment, Post, User, users};
use diesel::prelude::*;
use diesel_async::{AsyncMysqlConnection, RunQueryDsl};
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::{Entries, Variant, assert_nested};
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
            let mut connection = open_far(server, NAME, mysql::nested(100, 10, 10), round_trip).await;
            let found = load(&mut connection, users).await.expect("reads");
            assert_nested(
                users,
                found.iter().map(|(_, posts)| posts.iter().map(|(_, comments)| comments.len())),
            );
            connection
        },
        async move |connection, _| load(connection, users).await.expect("reads"),
    )
}

type Nested = Vec<(User, Vec<(Post, Vec<Comment>)>)>;

async fn load(connection: &mut AsyncMysqlConnection, first: i64) -> QueryResult<Nested> {
    let query = users::table.filter(users::id.le(first)).order(users::id.asc());
    let users: Vec<User> = query.select(User::as_select()).load(connection).await?;
    let posts: Vec<Post> = Post::belonging_to(&users).select(Post::as_select()).load(connection).await?;
    let comments: Vec<Comment> =
        Comment::belonging_to(&posts).select(Comment::as_select()).load(connection).await?;
    let comments = comments.grouped_by(&posts);
    let posts = posts.into_iter().zip(comments).grouped_by(&users);
    Ok(users.into_iter().zip(posts).collect())
}
