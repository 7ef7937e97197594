//! Users with ten posts each, with ten comments each: a query for each level, put together by hand.

use super::database::open;
use super::read::ALL;
use crate::tables::sqlx::{Comment, Post, User};
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::sqlite;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection, SqlitePool};
use std::collections::HashMap;

/// In three statements.
pub fn nested(users: i64) -> Variant {
    Variant::future(
        async || open(sqlite::nested(users, 10, 10)).await,
        async |pool, _| levels(pool).await.expect("reads"),
    )
}

type UserWithPosts = (User, Vec<(Post, Vec<Comment>)>);

async fn levels(pool: &SqlitePool) -> sqlx::Result<Vec<UserWithPosts>> {
    // One connection for all three: the pool would test it each time.
    let mut connection = pool.acquire().await?;
    let users: Vec<User> = sqlx::query_as(ALL).fetch_all(&mut *connection).await?;
    let ids = users.iter().map(|user| user.id);
    let posts: Vec<Post> =
        rows_of(&mut connection, "select id, user_id, title, body from posts where user_id in (", ids)
            .await?;
    let ids = posts.iter().map(|post| post.id);
    let comments: Vec<Comment> =
        rows_of(&mut connection, "select id, post_id, text from comments where post_id in (", ids).await?;
    let mut by_post: HashMap<i64, Vec<Comment>> = HashMap::with_capacity(posts.len());
    for comment in comments {
        by_post.entry(comment.post_id).or_default().push(comment);
    }
    let mut by_user: HashMap<i64, Vec<(Post, Vec<Comment>)>> = HashMap::with_capacity(users.len());
    for post in posts {
        let comments = by_post.remove(&post.id).unwrap_or_default();
        by_user.entry(post.user_id).or_default().push((post, comments));
    }
    let with_posts = |user: User| {
        let posts = by_user.remove(&user.id).unwrap_or_default();
        (user, posts)
    };
    Ok(users.into_iter().map(with_posts).collect())
}

async fn rows_of<T: for<'r> FromRow<'r, SqliteRow> + Send + Unpin>(
    connection: &mut SqliteConnection,
    select: &'static str,
    ids: impl Iterator<Item = i64>,
) -> sqlx::Result<Vec<T>> {
    let mut query = QueryBuilder::<Sqlite>::new(select);
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(id);
    }
    query.push(")");
    query.build_query_as().fetch_all(connection).await
}
