//! The tables and their rows.

use diesel::prelude::*;

diesel::table! {
    users {
        id -> BigInt,
        name -> Text,
        hair_color -> Nullable<Text>,
    }
}

diesel::table! {
    posts {
        id -> BigInt,
        user_id -> BigInt,
        title -> Text,
        body -> Nullable<Text>,
    }
}

diesel::table! {
    comments {
        id -> BigInt,
        post_id -> BigInt,
        text -> Text,
    }
}

diesel::joinable!(posts -> users (user_id));
diesel::joinable!(comments -> posts (post_id));
diesel::allow_tables_to_appear_in_same_query!(users, posts, comments);

/// A user.
#[derive(Queryable, Selectable, Identifiable, Clone, Debug)]
#[diesel(table_name = users, check_for_backend(diesel::mysql::Mysql, diesel::pg::Pg, diesel::sqlite::Sqlite))]
pub struct User {
    pub id: i64,
    pub name: String,
    pub hair_color: Option<String>,
}

/// What a user wrote.
#[derive(Queryable, Selectable, Identifiable, Associations, Clone, Debug)]
#[diesel(table_name = posts, belongs_to(User), check_for_backend(diesel::mysql::Mysql, diesel::pg::Pg, diesel::sqlite::Sqlite))]
pub struct Post {
    pub id: i64,
    pub user_id: i64,
    pub title: String,
    pub body: Option<String>,
}

/// What somebody said to a post.
#[derive(Queryable, Selectable, Identifiable, Associations, Clone, Debug)]
#[diesel(table_name = comments, belongs_to(Post), check_for_backend(diesel::mysql::Mysql, diesel::pg::Pg, diesel::sqlite::Sqlite))]
pub struct Comment {
    pub id: i64,
    pub post_id: i64,
    pub text: String,
}

/// A new user. A missing colour is NULL and not the column's default, so that the text is the same for all and the
/// statement stays in the cache, as the documentation of `Insertable` advises; SQLite knows no `default` among values, and
/// many rows are one statement this way. Rows of an array have to own their texts.
#[derive(Insertable, Clone, Debug)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub struct NewUser {
    pub name: String,
    pub hair_color: Option<String>,
}

/// A user with a key.
#[derive(Insertable, Clone, Debug)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub struct KnownUser {
    pub id: i64,
    pub name: String,
    pub hair_color: Option<String>,
}

/// A new post.
#[derive(Insertable)]
#[diesel(table_name = posts, treat_none_as_default_value = false)]
pub struct NewPost<'a> {
    pub user_id: i64,
    pub title: &'a str,
    pub body: Option<&'a str>,
}

/// A new comment.
#[derive(Insertable)]
#[diesel(table_name = comments)]
pub struct NewComment<'a> {
    pub post_id: i64,
    pub text: &'a str,
}
