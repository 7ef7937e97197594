//! SQL by hand says that it is.
//~ error: `&str` is not a SQL expression
//~ says: raw SQL is `sql!(bool: "..")`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .filter("age > 3") //~ instead: .filter(Person.age.gt(3))
        .select((Person.id,));
}
