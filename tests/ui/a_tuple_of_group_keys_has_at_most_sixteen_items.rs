//! More keys stand in tuples of tuples.
//~ error: `(..., ..., 
//~ says: a tuple has at most 16 items, of which any may be a tuple again
use kysera::expr::count_all;
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let c = Person.id;
    let _ = select_from(Person)
        .group_by((c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c)) //~ instead: .group_by(((c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c), c))
        .select(count_all());
}
