//! A value has the type of its column.
//~ error: `&str` cannot be stored in a column of type `i32`
//~ says: a value has the type of its column; an `Option` is for a column that may be NULL
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = update(Person)
        .set(Person.age.set("3")) //~ instead: .set(Person.age.set(3))
        .all_rows();
}
