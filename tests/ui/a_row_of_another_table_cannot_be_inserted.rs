//! `NewPet` belongs to `Pet`.
//~ error: `NewPet` is not a new row of `Person`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = insert_into(Person) //~ instead: let _ = insert_into(Pet)
        .values(NewPet { name: "Rex".into(), owner_id: 1 });
}
