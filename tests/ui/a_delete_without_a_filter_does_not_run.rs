//! Every row is meant only when said.
//~ error: this `update` or `delete` has no filter
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program(db: &Db) {
    let _ = delete_from(Person)
        .execute(db); //~ instead: .filter(Person.id.eq(1)).execute(db);
}
