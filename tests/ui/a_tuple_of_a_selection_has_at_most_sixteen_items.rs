//! More columns stand in a `row!`, or in tuples of tuples.
//~ error: `(..., ..., 
//~ says: a tuple has at most 16 items, of which any may be a tuple again; `row! { .. }` has any number
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let c = Person.id;
    let _ = select_from(Person)
        .select((c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c)); //~ instead: .select(((c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c), c));
}
