//! The tables of the example.

use jiff::Timestamp;
use kysera::prelude::*;

/// Someone who has a mother, pets and posts.
#[derive(Table, Debug, Clone)]
#[table(name = "person")]
pub(crate) struct Person {
    #[column(primary_key, generated)]
    pub(crate) id: i64,
    pub(crate) first_name: String,
    pub(crate) age: i32,
    #[column(references = "person.id")]
    pub(crate) mother_id: Option<i64>,
    #[column(default)]
    pub(crate) created_at: Timestamp,
    #[column(default)]
    pub(crate) updated_at: Timestamp,
    pub(crate) deleted_at: Option<Timestamp>,
}

/// An animal and its owner.
#[derive(Table, Debug, Clone)]
#[table(name = "pet")]
pub(crate) struct Pet {
    #[column(primary_key, generated)]
    pub(crate) id: i64,
    pub(crate) name: String,
    #[column(references = "person.id")]
    pub(crate) owner_id: i64,
    pub(crate) species: Species,
}

/// What a pet is.
#[derive(SqlEnum, Debug, Clone, Copy, PartialEq, Eq)]
#[sql_enum(name = "species", rename_all = "snake_case")]
pub(crate) enum Species {
    Cat,
    Dog,
    Hamster,
}

/// Something that a person wrote.
#[derive(Table, Debug, Clone)]
#[table(name = "post")]
pub(crate) struct Post {
    #[column(primary_key, generated)]
    pub(crate) id: i64,
    #[column(references = "person.id")]
    pub(crate) author_id: i64,
    pub(crate) title: String,
    pub(crate) deleted_at: Option<Timestamp>,
}

/// What somebody said about a post.
#[derive(Table, Debug, Clone)]
#[table(name = "comment")]
pub(crate) struct Comment {
    #[column(primary_key, generated)]
    pub(crate) id: i64,
    #[column(references = "post.id")]
    pub(crate) post_id: i64,
    pub(crate) body: String,
}
