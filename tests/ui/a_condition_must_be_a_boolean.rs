//! `filter` takes a condition.
//~ error: a condition must be a SQL boolean, this is a `i32`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .filter(Person.age) //~ instead: .filter(Person.age.gt(3))
        .select((Person.id,));
}
