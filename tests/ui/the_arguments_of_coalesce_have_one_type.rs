//! Nothing is compared here: both are one result.
//~ error: a SQL `i32` cannot be a result where the others are a SQL `String`
//~ says: write `.cast::<String>()` behind this one
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .select(Person.nick.coalesce(Person.age)); //~ instead: .select(Person.nick.coalesce(Person.age.cast::<String>()));
}
