//! An alias is a table of its own.
//~ error: table `mother` is not in this query
//~ says: this uses a column of `mother`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let mother = alias!(Person as mother);
    let _ = select_from(Person)
        .filter(mother.id.eq(1)) //~ instead: .inner_join(mother, mother.id.eq(Person.mother_id)).filter(mother.id.eq(1))
        .select((Person.id,));
}
