//! The first query fixes the row.
//~ error: a column of type `Option<String>` cannot follow or fill a column of type `String`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Pet)
        .select((Pet.name,))
        .union(select_from(Person).select((Person.nick,))); //~ instead: .union(select_from(Person).select((Person.first_name,)));
}
