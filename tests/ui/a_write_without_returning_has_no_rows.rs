//! Rows of a write are asked for.
//~ error: `Unselected` cannot be read from a row
//~ says: a query needs `.select(..)` first, a write `.returning(..)`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program(db: &Db) {
    let _ = update(Person).set(Person.age.set(3)).all_rows()
        .fetch_all(db); //~ instead: .returning(Person.id).fetch_all(db);
}
