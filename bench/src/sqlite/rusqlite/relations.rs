//! Users with ten posts each, with ten comments each: a query for each level, put together by hand.

use super::database::open;
use super::read::ALL;
use super::rows::user;
use crate::rows::{Comment, Post, PostWithComments, User, UserWithPosts};
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::sqlite;
use rusqlite::{Connection, Row, params_from_iter};
use std::collections::HashMap;

/// In three statements.
pub fn nested(users: i64) -> Variant {
    Variant::new(open(&sqlite::nested(users, 10, 10)), |connection, _| levels(connection).expect("reads"))
}

fn levels(connection: &Connection) -> rusqlite::Result<Vec<UserWithPosts>> {
    let users = connection.prepare_cached(ALL)?.query_map([], user)?.collect::<Result<Vec<User>, _>>()?;
    let ids: Vec<i64> = users.iter().map(|user| user.id).collect();
    let posts = "select id, user_id, title, body from posts where user_id in";
    let posts = rows_of(connection, posts, &ids, |row| {
        Ok(Post { id: row.get(0)?, user_id: row.get(1)?, title: row.get(2)?, body: row.get(3)? })
    })?;
    let ids: Vec<i64> = posts.iter().map(|post| post.id).collect();
    let comments = "select id, post_id, text from comments where post_id in";
    let comments = rows_of(connection, comments, &ids, |row| {
        Ok(Comment { id: row.get(0)?, post_id: row.get(1)?, text: row.get(2)? })
    })?;
    let mut by_post: HashMap<i64, Vec<Comment>> = HashMap::with_capacity(posts.len());
    for comment in comments {
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

fn rows_of<T>(
    connection: &Connection,
    select: &str,
    ids: &[i64],
    row: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let sql = format!("{select} ({})", vec!["?"; ids.len()].join(", "));
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_map(params_from_iter(ids), row)?.collect()
}
