//! A filter would reach one operand alone.
//~ error: a set operation cannot be filtered
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .select((Person.id,))
        .union(select_from(Pet).select((Pet.id,)))
        .filter(Person.id.eq(1)); //~ instead: .limit(1);
}
