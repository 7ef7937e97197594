//! Users with ten posts each, with ten comments each.

use super::database::open;
use crate::tables::diesel::{Comment, Post, User, users};
use diesel::prelude::*;
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::sqlite;

/// A query for each level, put together by `grouped_by`, as in its guide.
pub fn nested(users: i64) -> Variant {
    Variant::new(open(&sqlite::nested(users, 10, 10)), |connection, _| levels(connection).expect("reads"))
}

type UserWithPosts = (User, Vec<(Post, Vec<Comment>)>);

fn levels(connection: &mut SqliteConnection) -> QueryResult<Vec<UserWithPosts>> {
    let users = users::table.select(User::as_select()).load(connection)?;
    let posts = Post::belonging_to(&users).select(Post::as_select()).load(connection)?;
    let comments = Comment::belonging_to(&posts).select(Comment::as_select()).load(connection)?;
    let comments = comments.grouped_by(&posts);
    let posts = posts.into_iter().zip(comments).grouped_by(&users);
    Ok(users.into_iter().zip(posts).collect())
}
