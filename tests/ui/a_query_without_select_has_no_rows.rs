//! Say what to read.
//~ error: `Unselected` cannot be read from a row
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program(db: &Db) {
    let _ = select_from(Person)
        .fetch_all(db); //~ instead: .select(Person.all()).fetch_all(db);
}
