//! Only nullable columns take `None`.
//~ error: `Option<_>` cannot be stored in a column of type `String`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = update(Person)
        .set(Person.first_name.set(None)) //~ instead: .set(Person.nick.set(None))
        .all_rows();
}
