//! A literal must have the column's type.
//~ error: `&str` cannot be compared with a SQL `i32`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .filter(Person.age.eq("x")) //~ instead: .filter(Person.age.eq(3))
        .select((Person.id,));
}
