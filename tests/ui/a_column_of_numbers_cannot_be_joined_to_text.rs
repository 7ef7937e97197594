//! Nothing is compared here: the number is made a text first.
//~ error: a SQL `i32` is not text
//~ says: write `.cast::<String>()` behind it, in front of text functions and among what `concat` joins
use kysera::expr::concat;
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .select(concat(Person.first_name, Person.age)); //~ instead: .select(concat(Person.first_name, Person.age.cast::<String>()));
}
