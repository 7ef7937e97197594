//! Rows, decoded by position: columns in the order of the fields.

use crate::rows::{Comment, Post, User};
use tokio_postgres::Row;

pub fn user(row: &Row) -> User {
    User { id: row.get(0), name: row.get(1), hair_color: row.get(2) }
}

pub fn post(row: &Row) -> Post {
    Post { id: row.get(0), user_id: row.get(1), title: row.get(2), body: row.get(3) }
}

pub fn comment(row: &Row) -> Comment {
    Comment { id: row.get(0), post_id: row.get(1), text: row.get(2) }
}
