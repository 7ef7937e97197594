//! A column is set with `.set(..)`.
//~ error: mismatched types
//~ says: expected `Set<Person, _>`, found `Expr<bool, (Ref<Person>, Nil)>`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = update(Person)
        .set(Person.age.eq(3)) //~ instead: .set(Person.age.set(3))
        .all_rows();
}
