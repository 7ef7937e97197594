//! It changes what the query owes the query around it.
//~ error: mismatched types
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program(wanted: bool) {
    let mut query = select_from(Pet).select((Pet.id,));
    if wanted {
        query = query.filter(Pet.owner_id.eq(Person.id.outer())); //~ instead: query = query.filter(Pet.owner_id.eq(1));
    }
    let _ = query;
}
