//! It says on what it runs.
//~ error: this method takes 1 argument but 0 arguments were supplied
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program(db: &Db) {
    let _ = db;
    let _ = select_from(Person)
        .select((Person.id,))
        .fetch_all(); //~ instead: .fetch_all(db);
}
