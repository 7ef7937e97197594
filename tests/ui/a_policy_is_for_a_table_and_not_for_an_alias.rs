//! The rules of a table hold under each of its aliases.
//~ error: 
//~ says: is not a table
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
    let p = alias!(Pet as p);
    let _ = p;
    RowSecurity::<Auth>::new().table(
        p, //~ instead: Pet,
        |pet| pet.bypass([], Auth.user_id.eq(1)),
    )
}
