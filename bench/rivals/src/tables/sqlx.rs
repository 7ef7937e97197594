//! Rows of the tables.
#![expect(dead_code, reason = "rows are made, as by everybody, and looked at by nobody")]

/// A user.
#[derive(sqlx::FromRow, Clone, Debug)]
pub struct User {
    pub id: i64,
    pub name: String,
    pub hair_color: Option<String>,
}

/// A post.
#[derive(sqlx::FromRow, Clone, Debug)]
pub struct Post {
    pub id: i64,
    pub user_id: i64,
    pub title: String,
    pub body: Option<String>,
}

/// A comment.
#[derive(sqlx::FromRow, Clone, Debug)]
pub struct Comment {
    pub id: i64,
    pub post_id: i64,
    pub text: String,
}
