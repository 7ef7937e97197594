//! Clauses of one database are brought in by name.
//~ error: no method named `distinct_on` found
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    //~ instead: use kysera::dialect::postgres::*;
    let _ = select_from(Person).distinct_on((Person.age,)).select((Person.id,));
}
