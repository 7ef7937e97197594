//! All its columns are `.all()`.
//~ error: `PersonColumns` cannot be selected here
//~ says: select a column, an expression, `row! { .. }`, `Table.all()` or a tuple of these
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .select(Person); //~ instead: .select(Person.all());
}
