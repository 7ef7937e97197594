//! Every row is meant only when said.
//~ error: this `update` or `delete` has no filter
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program(db: &Db) {
    let _ = update(Person)
        .set(Person.age.set(3))
        .execute(db); //~ instead: .all_rows().execute(db);
}
