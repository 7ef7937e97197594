//! A query has a method of its own.
//~ error: `kysera::query::Select<In<Pet, Required, Nil>, Nil, i64>` is not a list of values
//~ says: a query is for `.in_subquery(..)`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let owners = select_from(Pet).select(Pet.owner_id);
    let _ = select_from(Person)
        .filter(Person.id.in_list(owners)) //~ instead: .filter(Person.id.in_subquery(owners))
        .select((Person.id,));
}
