//! Nothing says what an empty list is a list of.
//~ error: type annotations needed
//~ says: cannot satisfy `_: Condition`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .filter(Person.id.in_list(vec![])) //~ instead: .filter(Person.id.in_list(Vec::<i64>::new()))
        .select((Person.id,));
}
