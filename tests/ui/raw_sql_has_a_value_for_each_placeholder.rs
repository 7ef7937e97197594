//! The text of `sql!` and its arguments agree.
//~ error: evaluation panicked: the text has another number of `{}` than there are arguments
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .select(sql!(String: "upper({})")); //~ instead: .select(sql!(String: "upper({})", Person.first_name));
}
