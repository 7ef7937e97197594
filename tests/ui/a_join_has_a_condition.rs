//! Without one it is a `cross_join`.
//~ error: this method takes 2 arguments but 1 argument was supplied
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .inner_join(Pet) //~ instead: .inner_join(Pet, Pet.owner_id.eq(Person.id))
        .select((Person.id,));
}
