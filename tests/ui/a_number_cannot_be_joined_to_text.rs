//! A number is not text: a value is written as one, a column is cast.
//~ error: `{integer}` is not text, so it cannot be joined to text
use kysera::expr::concat;
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .select(concat(Person.first_name, 3)); //~ instead: .select(concat(Person.first_name, "3"));
}
