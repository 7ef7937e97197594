//! A policy selects nothing.
//~ error: `Symbol<Auth, i64>` cannot be selected here
use kysera::prelude::*;

include!("schema/tables.rs");

#[derive(kysera::PolicyContext)]
pub struct Auth {
    pub user_id: i64,
}

pub fn program() {
    let _ = select_from(Pet)
        .select((Pet.id, Auth.user_id)); //~ instead: .select((Pet.id, Pet.owner_id));
}
