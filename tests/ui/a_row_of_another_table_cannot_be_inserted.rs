//! `NewPet` belongs to `Pet`.
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = insert_into(Person) //~ instead: let _ = insert_into(Pet)
        .values(NewPet { name: "Rex".into(), owner_id: 1 });
}
