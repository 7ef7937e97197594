//! Each `row!` is a type of its own.
//~ error: `if` and `else` have incompatible types
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program(wanted: bool) {
    let _ = if wanted {
        select_from(Person).select(row! { id: Person.id }) //~ instead: select_from(Person).select((Person.id,))
    } else {
        select_from(Person).select((Person.id,))
    };
}
