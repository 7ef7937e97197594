//! `x = null` is never true.
//~ error: an `Option` cannot be compared with `=`: `x = null` is never true
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .filter(Person.mother_id.eq(None::<i64>)) //~ instead: .filter(Person.mother_id.is_null())
        .select((Person.id,));
}
