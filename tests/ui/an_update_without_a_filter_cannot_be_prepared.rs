//! What cannot be run cannot be prepared.
//~ error: this `update` or `delete` has no filter
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = prepare(|age: Param<i32>| {
        update(Person).set(Person.age.set(age)) //~ instead: update(Person).set(Person.age.set(age)).all_rows()
    });
}
