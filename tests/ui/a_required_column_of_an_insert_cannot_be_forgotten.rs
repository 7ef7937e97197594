//! Required columns are plain fields.
//~ error: missing field `age` in initializer of `NewPerson`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = insert_into(Person).values(NewPerson {
        first_name: "Ann".into(), //~ instead: first_name: "Ann".into(), age: 3,
    });
}
