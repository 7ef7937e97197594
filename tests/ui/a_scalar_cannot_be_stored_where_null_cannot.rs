//! A subquery of no row is NULL.
//~ error: an expression of type `Option<i32>` cannot be stored in a column of type `i32`
//~ says: it may be NULL (a `scalar(..)` of no row is) and the column may not: write `.not_null()` or `.coalesce(..)` behind it
use kysera::expr::scalar;
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let youngest = scalar(select_from(Person).select(Person.age).limit(1));
    let _ = update(Person)
        .set(Person.age.set(youngest)) //~ instead: .set(Person.age.set(youngest.not_null()))
        .all_rows();
}
