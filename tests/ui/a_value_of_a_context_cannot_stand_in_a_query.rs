//! A query has no context: the handle has.
//~ error: this query still refers to a query around it
//~ says: a policy
use kysera::prelude::*;

include!("schema/tables.rs");

#[derive(kysera::PolicyContext)]
pub struct Auth {
    pub user_id: i64,
}

pub fn program(db: &Db) {
    let _ = select_from(Pet)
        .filter(Pet.owner_id.eq(Auth.user_id)) //~ instead: .filter(Pet.owner_id.eq(1))
        .select(Pet.id)
        .fetch_all(db);
}
