//! Users with ten posts each, with ten comments each.

use super::database::open;
use crate::queries;
use crate::rows::{Comment, Post, PostWithComments, User, UserWithPosts};
use kysera::prelude::*;
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::sqlite;
use std::collections::HashMap;

/// A query for each level, put together by hand.
pub const BY_LEVEL: &str = "kysera, by level";

/// In one statement, by `array_from`.
pub fn nested(users: i64) -> Variant {
    Variant::future(
        async || open(sqlite::nested(users, 10, 10)).await,
        async |db, _| queries::nested().fetch_all(db).await.expect("reads"),
    )
}

/// In three statements.
pub fn by_level(users: i64) -> Variant {
    Variant::future(
        async || open(sqlite::nested(users, 10, 10)).await,
        async |db, _| levels(db).await.expect("reads"),
    )
}

async fn levels(db: &Db) -> kysera::Result<Vec<UserWithPosts>> {
    let users = queries::all().fetch_all(db).await?;
    let ids: Vec<i64> = users.iter().map(|user| user.id).collect();
    let posts = select_from(Post).filter(Post.user_id.in_list(ids)).select(Post.all()).fetch_all(db).await?;
    let ids: Vec<i64> = posts.iter().map(|post| post.id).collect();
    let comments = select_from(Comment).filter(Comment.post_id.in_list(ids)).select(Comment.all());
    let mut by_post: HashMap<i64, Vec<Comment>> = HashMap::with_capacity(posts.len());
    for comment in comments.fetch_all(db).await? {
        by_post.entry(comment.post_id).or_default().push(comment);
    }
    let mut by_user: HashMap<i64, Vec<PostWithComments>> = HashMap::with_capacity(users.len());
    for Post { id, user_id, title, body } in posts {
        let comments = by_post.remove(&id).unwrap_or_default();
        by_user.entry(user_id).or_default().push(PostWithComments { id, user_id, title, body, comments });
    }
    let with_posts = |User { id, name, hair_color }| {
        let posts = by_user.remove(&id).unwrap_or_default();
        UserWithPosts { id, name, hair_color, posts }
    };
    Ok(users.into_iter().map(with_posts).collect())
}
