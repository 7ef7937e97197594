//! A comparison with a nullable column may be NULL, the others may not.
//~ error: mismatched types
//~ says: expected `Expr<bool, (Ref<Person>, Nil)>`, found `Expr<Option<bool>, (Ref<Person>, Nil)>`
use kysera::expr::any_of;
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .filter(any_of([Person.age.eq(3), Person.mother_id.eq(3)])) //~ instead: .filter(any_of([Person.age.eq(3).on(), Person.mother_id.eq(3).on()]))
        .select((Person.id,));
}
