//! They may be NULL one by one: a whole table is an `Option` itself.
//~ error: type mismatch resolving
//~ says: expected `i64`, found `Option<i64>`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let query = select_from(Person).left_join(Pet, Pet.owner_id.eq(Person.id));
    let pet = row!(PetDto { id: Pet.id, name: Pet.name }); //~ instead: let pet = Pet.all();
    let _ = query.select((Person.id, pet));
}
