//! A text that may be absent is a value of its own.
//~ error: `Option<String>` is not text, so it cannot be joined to text
//~ says: write `val(option)` for a text that may be absent
use kysera::expr::{concat, val};
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program(nick: Option<String>) {
    let _ = select_from(Person)
        .select(concat(Person.first_name, nick)); //~ instead: .select(concat(Person.first_name, val(nick)));
}
