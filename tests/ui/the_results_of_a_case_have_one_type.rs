//! All results of a `case` have the type of the first.
//~ error: `{integer}` cannot be a result where the others are a SQL `String`
use kysera::expr::{case, val};
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let nick = case().when(Person.age.gt(3), val("old")).otherwise(0); //~ instead: let nick = case().when(Person.age.gt(3), val("old")).otherwise("young");
    let _ = select_from(Person).select(nick);
}
