//! Nothing else could know it.
//~ error: `sql!` is an expression and needs its type in front
//~ says: a whole statement is `raw(..)`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .select(sql!("upper({})", Person.first_name)); //~ instead: .select(sql!(String: "upper({})", Person.first_name));
}
