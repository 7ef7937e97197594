//! Rows are read by name.
//~ error: expected `,`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person).select(row! {
        Person.id, //~ instead: id: Person.id,
    });
}
