//! Conditions on two tables have two types.
//~ error: mismatched types
//~ says: expected `Expr<bool, (Ref<Person>, Nil)>`, found `Expr<bool, (Ref<Pet>, Nil)>`
use kysera::expr::any_of;
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .inner_join(Pet, Pet.owner_id.eq(Person.id))
        .filter(any_of([Person.age.eq(3), Pet.name.eq("Rex")])) //~ instead: .filter(Person.age.eq(3).or(Pet.name.eq("Rex")))
        .select((Person.id,));
}
