//! NULL is `.end()`, and what may be absent is a value.
//~ error: an `Option` cannot be a result of `case` or an argument of `coalesce`
//~ says: for NULL, end a `case` with `.end()`; write `val(option)` for a value that may be absent
use kysera::expr::{case, val};
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let nick = case().when(Person.age.gt(3), val("old")).otherwise(None::<&str>); //~ instead: let nick = case().when(Person.age.gt(3), val("old")).end();
    let _ = select_from(Person).select(nick);
}
