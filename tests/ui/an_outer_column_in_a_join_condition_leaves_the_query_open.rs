//! ON counts as well as WHERE.
//~ error: this query still refers to a query around it
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program(db: &Db) {
    let mother = alias!(Person as mother);
    let _ = select_from(Person)
        .inner_join(Pet, Pet.owner_id.eq(mother.id.outer())) //~ instead: .inner_join(Pet, Pet.owner_id.eq(Person.id))
        .select((Person.id,))
        .fetch_all(db);
    let _ = mother;
}
