//! What may be NULL fits a nullable column only.
//~ error: an expression of type `Option<String>` cannot be stored in a column of type `String`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = prepare(|name: Param<Option<String>>, id: Param<i64>| {
        update(Person)
            .set(Person.first_name.set(name)) //~ instead: .set(Person.nick.set(name))
            .filter(Person.id.eq(id))
    });
}
