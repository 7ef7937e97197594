//! The tables as our library sees them; the raw clients read into the same structs.

use kysera::{FromRow, Table};

/// A user.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "users")]
pub struct User {
    #[column(primary_key, generated)]
    pub id: i64,
    pub name: String,
    pub hair_color: Option<String>,
}

/// A post.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "posts")]
pub struct Post {
    #[column(primary_key, generated)]
    pub id: i64,
    pub user_id: i64,
    pub title: String,
    pub body: Option<String>,
}

/// A comment.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "comments")]
pub struct Comment {
    #[column(primary_key, generated)]
    pub id: i64,
    pub post_id: i64,
    pub text: String,
}

/// A user with everything below.
#[derive(FromRow, Debug, Clone, PartialEq)]
pub struct UserWithPosts {
    pub id: i64,
    pub name: String,
    pub hair_color: Option<String>,
    pub posts: Vec<PostWithComments>,
}

/// A post with its comments.
#[derive(FromRow, Debug, Clone, PartialEq)]
pub struct PostWithComments {
    pub id: i64,
    pub user_id: i64,
    pub title: String,
    pub body: Option<String>,
    pub comments: Vec<Comment>,
}

/// Users with their posts with their comments, as they come when they are put together by hand.
pub type Nested = Vec<(User, Vec<(Post, Vec<Comment>)>)>;

/// A table whose rows can be marked as deleted.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "notes")]
pub struct Note {
    #[column(primary_key, generated)]
    pub id: i64,
    pub body: String,
    pub deleted_at: Option<String>,
}

/// A table whose rows are stamped, in microseconds since 1970.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "events")]
pub struct Event {
    #[column(primary_key, generated)]
    pub id: i64,
    pub what: String,
    pub of: i64,
    #[column(default)]
    pub created_at: i64,
    #[column(default)]
    pub updated_at: i64,
}

/// A line of an order.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "order_lines")]
pub struct Line {
    #[column(primary_key, generated)]
    pub id: i64,
    pub order_id: i64,
    pub product_id: i64,
    pub quantity: i32,
}

/// An order.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "orders")]
pub struct Order {
    #[column(primary_key, generated)]
    pub id: i64,
    pub user_id: i64,
    pub status: String,
}

/// A product.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "products")]
pub struct Product {
    #[column(primary_key, generated)]
    pub id: i64,
    pub name: String,
    pub price: f64,
    pub maker_id: Option<i64>,
}

/// Who makes products.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "makers")]
pub struct Maker {
    #[column(primary_key, generated)]
    pub id: i64,
    pub name: String,
}
