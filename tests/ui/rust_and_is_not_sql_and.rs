//! Conditions are combined with `.and(..)`.
//~ error: mismatched types
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .filter(Person.age.gt(3) && true) //~ instead: .filter(Person.age.gt(3).and(Person.id.gt(1)))
        .select((Person.id,));
}
