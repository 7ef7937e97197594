//! Otherwise all rows would be updated when the condition is absent.
//~ error: mismatched types
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program(wanted: bool) {
    let mut query = update(Person).set(Person.age.set(3)); //~ instead: let mut query = update(Person).set(Person.age.set(3)).all_rows();
    if wanted {
        query = query.filter(Person.id.eq(1));
    }
    let _ = query;
}
