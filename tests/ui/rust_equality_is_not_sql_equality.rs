//! Values are compared with `.eq(..)`.
//~ error: binary operation `==` cannot be applied
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .filter(Person.age == 3) //~ instead: .filter(Person.age.eq(3))
        .select((Person.id,));
}
