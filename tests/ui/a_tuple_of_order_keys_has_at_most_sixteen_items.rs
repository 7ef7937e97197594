//! More keys stand in another `order_by`.
//~ error: `(..., ..., 
//~ says: of more than 16 keys a `Vec`, or another `.order_by(..)` behind it
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let c = Person.id;
    let _ = select_from(Person)
        .select(c)
        .order_by((c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c)); //~ instead: .order_by((c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c)).order_by(c);
}
