//! A bound value must have the parameter's type.
//~ error: `&str` cannot be bound to `i64`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let by_id = prepare(|id: Param<i64>| select_from(Person).filter(Person.id.eq(id)).select((Person.age,)));
    let _ = by_id.bind("seven"); //~ instead: let _ = by_id.bind(7);
}
