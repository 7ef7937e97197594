//! What mentions an enclosing query needs one.
//~ error: this query still refers to a query around it
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program(db: &Db) {
    let _ = select_from(Pet)
        .filter(Pet.owner_id.eq(Person.id.outer())) //~ instead: .filter(Pet.owner_id.eq(1))
        .select((Pet.id,))
        .fetch_all(db);
}
