//! `row!(Dto { .. })` refuses a field of another type.
//~ error: type mismatch resolving
//~ says: expected `String`, found `i64`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let query = select_from(Pet);
    let _ = query.select(row!(PetDto { id: Pet.id, name: Pet.id })); //~ instead: let _ = query.select(row!(PetDto { id: Pet.id, name: Pet.name }));
}
