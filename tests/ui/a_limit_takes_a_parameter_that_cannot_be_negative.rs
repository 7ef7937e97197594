//! SQLite takes a negative limit for none at all.
//~ error: `kysera::prelude::Param<i64>` is not a number of rows
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = prepare(|page: Param<i64>| { //~ instead: let _ = prepare(|page: Param<u32>| {
        select_from(Person).select((Person.age,)).limit(page)
    });
}
