//! A query is a value: each method gives a new one.
//~ error: use of moved value: `query`
//~ says: value moved here
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program(db: &Db, grown_up: bool) {
    let mut query = select_from(Person).select((Person.id,));
    if grown_up {
        query.filter(Person.age.ge(18)); //~ instead: query = query.filter(Person.age.ge(18));
    }
    let _ = query.fetch_all(db);
}
