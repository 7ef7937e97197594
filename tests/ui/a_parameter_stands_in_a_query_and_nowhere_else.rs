//! A field of a new row is a value of Rust; a column is set to a parameter.
//~ error: mismatched types
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = prepare(|name: Param<String>, owner: Param<i64>| {
        insert_into(Pet)
            .values(NewPet { name, owner_id: owner }) //~ instead: .values((Pet.name.set(name), Pet.owner_id.set(owner)))
    });
}
