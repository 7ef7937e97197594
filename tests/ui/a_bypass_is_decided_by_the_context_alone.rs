//! A row lets nobody pass.
//~ error: a bypass is decided by the context `Auth` alone
use kysera::extend::plugin::Operation;
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
        pet.bypass([Operation::Read], Pet.owner_id.eq(1)) //~ instead: pet.bypass([Operation::Read], Auth.user_id.eq(1))
    })
}
