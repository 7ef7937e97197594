//! What may be absent is a value of its own.
//~ error: an `Option` cannot be a result of `case` or an argument of `coalesce`
//~ says: write `val(option)` for a value that may be absent
use kysera::expr::val;
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program(wanted: Option<String>) {
    let _ = select_from(Person)
        .select(Person.nick.coalesce(wanted)); //~ instead: .select(Person.nick.coalesce(val(wanted)));
}
