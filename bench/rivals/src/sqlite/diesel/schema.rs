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
#[diesel(table_name = users, check_for_backend(diesel::sqlite::Sqlite))]
pub struct User {
    pub id: i64,
    pub name: String,
    pub hair_color: Option<String>,
}

/// A post.
#[derive(Queryable, Selectable, Identifiable, Associations, Clone, Debug)]
#[diesel(table_name = posts, belongs_to(User), check_for_backend(diesel::sqlite::Sqlite))]
pub struct Post {
    pub id: i64,
    pub user_id: i64,
    pub title: String,
    pub body: Option<String>,
}

/// A comment.
#[derive(Queryable, Selectable, Identifiable, Associations, Clone, Debug)]
#[diesel(table_name = comments, belongs_to(Post), check_for_backend(diesel::sqlite::Sqlite))]
pub struct Comment {
    pub id: i64,
    pub post_id: i64,
    pub text: String,
}

/// A user to come. SQLite knows no `default` among values; with absent ones written as `null`, many rows are one statement.
/// Its texts are its own, because an array of rows has to be `'static`.
#[derive(Insertable, Clone, Debug)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub struct NewUser {
    pub name: String,
    pub hair_color: Option<String>,
}

/// A user that may be there already.
#[derive(Insertable, Clone, Debug)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub struct KnownUser {
    pub id: i64,
    pub name: String,
    pub hair_color: Option<String>,
}
