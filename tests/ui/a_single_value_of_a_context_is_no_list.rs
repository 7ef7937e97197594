//! One value is no list.
//~ error: `Symbol<Auth, i64>` is not a list of values
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
        pet.filter(Pet.owner_id.in_list(Auth.user_id)) //~ instead: pet.filter(Pet.owner_id.in_list(Auth.teams))
    })
}
