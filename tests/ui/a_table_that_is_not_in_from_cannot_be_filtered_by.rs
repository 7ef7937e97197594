//! A filter may use tables of FROM only.
//~ error: table `Pet` is not in this query's FROM clause
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .filter(Pet.id.eq(1)) //~ instead: .filter(Person.id.eq(1))
        .select((Person.id,));
}
