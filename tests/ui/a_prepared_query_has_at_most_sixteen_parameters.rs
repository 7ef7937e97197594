//! A query of more is run with its values in it.
//~ error: `{closure
//~ says: it has at most 16 parameters; a query of more is run without `prepare`, with its values in it
use kysera::prelude::*;

include!("schema/tables.rs");

type P = Param<i64>;

pub fn program() {
    let _ = prepare(
        |a: P, _: P, _: P, _: P, _: P, _: P, _: P, _: P, _: P, _: P, _: P, _: P, _: P, _: P, _: P, _: P, _: P| //~ instead: |a: P, _: P, _: P, _: P, _: P, _: P, _: P, _: P, _: P, _: P, _: P, _: P, _: P, _: P, _: P, _: P|
            select_from(Person).filter(Person.id.eq(a)).select(Person.id),
    );
}
