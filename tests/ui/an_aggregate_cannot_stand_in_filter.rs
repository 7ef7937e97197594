//! WHERE is evaluated before groups exist.
//~ error: an aggregate cannot stand here
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .group_by((Person.age,))
        .filter(count_all().gt(3)) //~ instead: .having(count_all().gt(3))
        .select((Person.age,));
}
