//! It changes what may be selected, so it comes first.
//~ error: this clause must stand before `.select(..)`
//~ says: the order of clauses: from, joins, filter, group_by, having, select, order_by, limit
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .select((Person.age,)) //~ instead:
        .group_by((Person.age,));
}
