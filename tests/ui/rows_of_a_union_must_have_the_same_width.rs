//! Set operations go by position.
//~ error: the rows of the two queries have different numbers of columns
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .select((Person.id,))
        .union(select_from(Pet).select((Pet.id, Pet.name))); //~ instead: .union(select_from(Pet).select((Pet.id,)));
}
