//! It makes the earlier tables nullable, so it comes first.
//~ error: this clause must stand before `.select(..)`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .select((Person.id,)) //~ instead:
        .right_join(Pet, Pet.owner_id.eq(Person.id));
}
