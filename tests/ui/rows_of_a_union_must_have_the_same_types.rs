//! Set operations go by position.
//~ error: a column of type `i64` cannot follow or fill a column of type `String`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .select((Person.first_name,))
        .union(select_from(Pet).select((Pet.id,))); //~ instead: .union(select_from(Pet).select((Pet.name,)));
}
