//! The tables that examples in the documentation use.
#![allow(missing_docs, reason = "the names say it")]

use crate::{FromRow, Table};

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

#[derive(FromRow, Clone, Debug, PartialEq)]
#[from_row(crate = crate)]
pub struct PetName {
    pub id: i64,
    pub name: String,
}
