//! Columns compare when their types do.
//~ error: a SQL `String` cannot be compared with a SQL `i32`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .filter(Person.age.eq(Person.first_name)) //~ instead: .filter(Person.age.eq(Person.id))
        .select((Person.id,));
}
