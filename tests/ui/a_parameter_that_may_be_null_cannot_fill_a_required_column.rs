//! What may be NULL fits a nullable column only.
//~ error: a column of type `Option<String>` cannot follow or fill a column of type `String`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = prepare(|name: Param<Option<String>>, id: Param<i64>| {
        update(Person)
            .set(Person.first_name.set(name)) //~ instead: .set(Person.nick.set(name))
            .filter(Person.id.eq(id))
    });
}
