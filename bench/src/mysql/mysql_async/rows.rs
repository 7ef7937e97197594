//! Rows, decoded by position: columns in the order of the fields.

use crate::rows::{Comment, Post, User};

pub type UserRow = (i64, String, Option<String>);
pub type PostRow = (i64, i64, String, Option<String>);
pub type CommentRow = (i64, i64, String);

pub fn user((id, name, hair_color): UserRow) -> User {
    User { id, name, hair_color }
}

pub fn post((id, user_id, title, body): PostRow) -> Post {
    Post { id, user_id, title, body }
}

pub fn comment((id, post_id, text): CommentRow) -> Comment {
    Comment { id, post_id, text }
}
