//! A policy is about one context.
//~ error: this condition mentions something that is neither a column of its table nor a value of `Auth`
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

#[derive(kysera::PolicyContext)]
pub struct Other {
    pub user_id: i64,
}

pub fn program() -> RowSecurity<Auth> {
    RowSecurity::<Auth>::new().table(Pet, |pet| {
        pet.filter(Pet.owner_id.eq(Other.user_id)) //~ instead: pet.filter(Pet.owner_id.eq(Auth.user_id))
    })
}
