//! ORDER BY may use tables of FROM only.
//~ error: table `Pet` is not in this query's FROM clause
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .select((Person.id,))
        .order_by(Pet.name.asc()); //~ instead: .order_by(Person.first_name.asc());
}
