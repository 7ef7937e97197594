//! `stamp` gives a column its value.
//~ error: `Symbol<Auth, i64>` cannot be stored in a column of type `i64`
use kysera::prelude::*;

include!("schema/tables.rs");

#[derive(kysera::PolicyContext)]
pub struct Auth {
    pub user_id: i64,
}

pub fn program() {
    let _ = update(Pet)
        .set(Pet.owner_id.set(Auth.user_id)) //~ instead: .set(Pet.owner_id.set(1))
        .all_rows();
}
