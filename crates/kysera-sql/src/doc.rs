//! The tables that examples in the documentation use.
#![allow(missing_docs, reason = "the names say it")]

use crate::{FromRow, Table};

use crate::compile::compile;
use crate::dialect::Sqlite;
pub use crate::prelude::*;
use crate::query::Query;
pub use crate::query::select_from;
pub use crate::write::{delete_from, insert_into, update};

/// Asserts what a query is on SQLite.
///
/// # Panics
/// When it is something else.
#[track_caller]
pub fn assert_sql(query: impl Query, expected: &str) {
    let statement = query.into_statement().expect("the query can be built");
    let compiled = compile(&statement, &Sqlite::default()).expect("the query can be compiled");
    assert_eq!(compiled.sql, expected);
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "person", crate = crate)]
pub struct Person {
    #[column(primary_key, generated)]
    pub id: i64,
    pub first_name: String,
    pub nick: Option<String>,
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

#[derive(FromRow, Clone, Debug, PartialEq)]
#[from_row(crate = crate)]
pub struct PetName {
    pub id: i64,
    pub name: String,
}
