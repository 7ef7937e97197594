//! A policy sees one row of its own table.
//~ error: table `Person` is not in this query
use kysera::plugins::RowSecurity;
use kysera::prelude::*;

include!("schema/tables.rs");

#[derive(kysera::PolicyContext)]
pub struct Auth {
    pub user_id: i64,
    pub boss_id: Option<i64>,
    pub teams: Vec<i64>,
    pub roles: Vec<String>,
}

pub fn program() -> RowSecurity<Auth> {
    RowSecurity::<Auth>::new().table(Pet, |pet| {
        pet.filter(Person.id.eq(Auth.user_id)) //~ instead: pet.filter(Pet.owner_id.eq(Auth.user_id))
    })
}
