//! Two parameters take two values.
//~ error: `{integer}` cannot be bound to `(i64, i32)`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let one = prepare(|id: Param<i64>, age: Param<i32>| {
        select_from(Person).filter(Person.id.eq(id).and(Person.age.gt(age))).select((Person.age,))
    });
    let _ = one.bind(7); //~ instead: let _ = one.bind((7, 18));
}
