//! There is no row yet whose column could be used.
//~ error: a new row cannot use a column: there is no row yet
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = insert_into(Pet)
        .values((Pet.name.set("Rex"), Pet.owner_id.set(Person.id + 1))); //~ instead: .values((Pet.name.set("Rex"), Pet.owner_id.set(val(1_i64) + 1)));
}
