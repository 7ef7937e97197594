//! It changes what may be selected, so it comes first.
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .select((Person.age,)) //~ instead:
        .group_by((Person.age,));
}
