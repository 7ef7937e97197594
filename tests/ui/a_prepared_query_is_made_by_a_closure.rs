//! A query alone has no parameters; a closure makes it of them.
//~ error: `kysera::query::Select<
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = prepare(select_from(Person).select((Person.age,))); //~ instead: let _ = prepare(|| select_from(Person).select((Person.age,)));
}
