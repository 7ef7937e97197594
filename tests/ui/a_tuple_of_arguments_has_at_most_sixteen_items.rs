//! More arguments stand in tuples of tuples.
//~ error: `(..., ..., 
//~ says: a tuple has at most 16 items, of which any may be a tuple again
use kysera::expr::function;
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let c = Person.id;
    let most = function::<i64, _>("max", (c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c)); //~ instead: let most = function::<i64, _>("max", ((c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c), c));
    let _ = select_from(Person).select(most);
}
