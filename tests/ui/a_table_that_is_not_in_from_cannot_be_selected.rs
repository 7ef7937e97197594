//! A selected row may use tables of FROM only.
//~ error: table `Pet` is not in this query's FROM clause
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person).select(row! {
        id: Person.id,
        pet: Pet.name, //~ instead: pet: Person.first_name,
    });
}
