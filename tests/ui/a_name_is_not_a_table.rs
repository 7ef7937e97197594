//! A table is a struct.
//~ error: `&str` cannot stand in FROM
//~ says: pass a table (a struct with `derive(Table)`), an `alias!`, a CTE or a derived table by reference
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from("person") //~ instead: let _ = select_from(Person)
        .select((Person.id,));
}
