//! Names of a row are distinct.
//~ error: the field `id` is given twice
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person).select(row! {
        id: Person.id,
        id: Person.age, //~ instead: age: Person.age,
    });
}
