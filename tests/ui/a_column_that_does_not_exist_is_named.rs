//! A typo is found by the compiler.
//~ error: no field `idd` on type `PersonColumns`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = Person.idd; //~ instead: let _ = Person.id;
}
