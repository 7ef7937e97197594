//! The text of `sql!` is part of the source: what is dynamic in it is an argument.
//~ error: no rules expected
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let text = "upper({})";
    let _ = select_from(Person)
        .select(sql!(String: text, Person.first_name)); //~ instead: .select(sql!(String: "upper({})", Person.first_name));
    let _ = text;
}
