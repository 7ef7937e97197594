//! A second reference needs a name of its own.
//~ error: type annotations needed
//~ says: cannot infer type of the type parameter `TableStandsTwiceUseAlias`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let mother = alias!(Person as mother);
    let _ = select_from(Person)
        .inner_join(Person, Person.id.eq(Person.mother_id)); //~ instead: .inner_join(mother, mother.id.eq(Person.mother_id));
}
