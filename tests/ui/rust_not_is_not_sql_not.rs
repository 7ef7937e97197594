//! `!` works on booleans of Rust.
//~ error: cannot apply unary operator `!`
use kysera::expr::not;
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .filter(!Person.age.gt(3)) //~ instead: .filter(not(Person.age.gt(3)))
        .select((Person.id,));
}
