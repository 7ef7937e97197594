//! A parameter stands where a value of its type does, and nowhere else.
//~ error: a SQL `String` cannot be compared with a SQL `i64`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = prepare(|id: Param<String>| { //~ instead: let _ = prepare(|id: Param<i64>| {
        select_from(Person).filter(Person.id.eq(id)).select((Person.age,))
    });
}
