//! A search with up to eight conditions, each of which may be absent.

use super::database::open;
use super::names::NAME;
use crate::tables::sea_orm::find;
use kysera_bench_stage::data::{USERS, postgres, search as form};
use kysera_bench_stage::{Entries, Variant};

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add("postgres: select with 0 to 8 filters", NAME, search)
}

fn search() -> Variant {
    Variant::future(
        async || open(NAME, postgres::users(USERS)).await,
        async |db, turn| find(&*db, &form(turn)).await.expect("reads"),
    )
}
