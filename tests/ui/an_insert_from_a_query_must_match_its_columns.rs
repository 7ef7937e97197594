//! Columns and items agree by position.
//~ error: a column of type `String` cannot follow or fill a column of type `i32`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = insert_into(Person)
        .columns((Person.first_name, Person.age))
        .from_select(select_from(Pet).select((Pet.name, Pet.name))); //~ instead: .from_select(select_from(Pet).select((Pet.name, val(1))));
}
