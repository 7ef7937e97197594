//! What may be absent is compared null-safely or conditionally.
//~ error: an `Option` cannot be compared with `=`: `x = null` is never true
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let wanted = Some(3_i64);
    let _ = select_from(Person)
        .filter(Person.mother_id.eq(wanted)) //~ instead: .filter(Person.mother_id.is(wanted))
        .select((Person.id,));
}
