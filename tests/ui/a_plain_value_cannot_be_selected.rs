//! Plain values are bound with `val`.
//~ error: `1` cannot be selected here: plain values need `val(1)`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let query = select_from(Person);
    let _ = query.select(row! { id: Person.id, one: 1 }); //~ instead: let _ = query.select(row! { id: Person.id, one: val(1) });
}
