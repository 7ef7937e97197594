//! `set` belongs to the updated table.
//~ error: mismatched types
//~ says: expected `Set<Person, _>`, found `Set<Pet, Nil>`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = update(Person)
        .set(Pet.name.set("Rex")) //~ instead: .set(Person.first_name.set("Rex"))
        .all_rows();
}
