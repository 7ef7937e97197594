//! Without `group_by` a query is either plain or one group.
//~ error: this selects plain columns beside an aggregate
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    let _ = select_from(Person)
        .select(row! { age: Person.age, n: count_all() }); //~ instead: .group_by((Person.age,)).select(row! { age: Person.age, n: count_all() });
}
