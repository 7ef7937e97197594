//! The tables that examples in the documentation use.
#![allow(missing_docs, reason = "the names say it")]

pub use crate::plugins::{SoftDelete, Timestamps, restore, soft_delete};
pub use crate::prelude::*;
pub use crate::repository::{Repository, SoftDeleteRepository};

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "person", crate = crate)]
pub struct Person {
    #[column(primary_key, generated)]
    pub id: i64,
    pub first_name: String,
    pub age: i32,
    pub mother_id: Option<i64>,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "pet", crate = crate)]
pub struct Pet {
    #[column(primary_key, generated)]
    pub id: i64,
    pub name: String,
    pub owner_id: i64,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "post", crate = crate)]
pub struct Post {
    #[column(primary_key, generated)]
    pub id: i64,
    pub title: String,
    pub deleted_at: Option<i64>,
}
