//! The policy is around the query.
//~ error: table `Pet` is not in this query
//~ says: write `.outer()` on the column
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
        pet.filter(exists(select_from(Person).filter(Person.id.eq(Pet.owner_id)))) //~ instead: pet.filter(exists(select_from(Person).filter(Person.id.eq(Pet.owner_id.outer()))))
    })
}
