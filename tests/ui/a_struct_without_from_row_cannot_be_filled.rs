//! `row!(Dto { .. })` needs `derive(FromRow)`.
//~ error: `program::Plain` cannot be read from a row
//~ says: a struct needs `#[derive(FromRow)]`
use kysera::prelude::*;

include!("schema/tables.rs");

pub fn program() {
    #[derive(Debug)] //~ instead: #[derive(Debug, FromRow)]
    #[allow(dead_code)]
    struct Plain {
        id: i64,
    }
    let _ = select_from(Pet).select(row!(Plain { id: Pet.id }));
}
