//! ORDER BY counts as well as WHERE.
//~ error: this query still refers to a query around it
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program(db: &Db) {
    let _ = select_from(Pet)
        .select((Pet.id,))
        .order_by(Person.age.outer().asc()) //~ instead: .order_by(Pet.name.asc())
        .fetch_all(db);
}
