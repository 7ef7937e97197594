//! An absent value is unknown, and no NULL to test for.
//~ error: `Symbol<Auth, Option<i64>>` is not a SQL expression
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
        pet.filter(Auth.boss_id.is_null()) //~ instead: pet.filter(not(Auth.boss_id.is_given()))
    })
}
