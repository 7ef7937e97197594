//! A left join makes its columns optional.
//~ error: type mismatch resolving
//~ says: expected `String`, found `Option<String>`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let query = select_from(Person).left_join(Pet, Pet.owner_id.eq(Person.id));
    let name = row!(NameDto { name: Pet.name }); //~ instead: let name = row!(NameDto { name: Pet.name.not_null() });
    let _ = query.select(name);
}
