//! The tables as models.

use toasty::Deferred;

/// A user.
#[derive(Debug, toasty::Model)]
#[table = "users"]
pub struct User {
    #[key]
    #[auto]
    pub id: i64,
    pub name: String,
    pub hair_color: Option<String>,
    #[has_many]
    pub posts: Deferred<Vec<Post>>,
}

/// What a user wrote.
#[derive(Debug, toasty::Model)]
#[table = "posts"]
pub struct Post {
    #[key]
    #[auto]
    pub id: i64,
    #[index]
    pub user_id: i64,
    #[belongs_to(key = user_id, references = id)]
    pub user: Deferred<User>,
    pub title: String,
    pub body: Option<String>,
    #[has_many]
    pub comments: Deferred<Vec<Comment>>,
}

/// What somebody said to a post.
#[derive(Debug, toasty::Model)]
#[table = "comments"]
pub struct Comment {
    #[key]
    #[auto]
    pub id: i64,
    #[index]
    pub post_id: i64,
    #[belongs_to(key = post_id, references = id)]
    pub post: Deferred<Post>,
    pub text: String,
}
