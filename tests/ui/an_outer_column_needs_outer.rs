//! A column of the enclosing query is marked.
//~ error: table `Person` is not in this query's FROM clause
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person).select(row! {
        id: Person.id,
        pets: array_from(
            select_from(Pet)
                .filter(Pet.owner_id.eq(Person.id)) //~ instead: .filter(Pet.owner_id.eq(Person.id.outer()))
                .select(row! { name: Pet.name }),
        ),
    });
}
