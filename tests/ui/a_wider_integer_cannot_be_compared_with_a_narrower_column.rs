//! One Rust integer type for each SQL integer type.
//~ error: `i64` cannot be compared with a SQL `i32`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let limit = 3_i64; //~ instead: let limit = 3_i32;
    let _ = select_from(Person).filter(Person.age.gt(limit)).select((Person.id,));
}
