//! A literal must have the column's type.
//~ error: `{float}` cannot be compared with a SQL `i64`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .filter(Person.id.eq(1.5)) //~ instead: .filter(Person.id.eq(1))
        .select((Person.id,));
}
