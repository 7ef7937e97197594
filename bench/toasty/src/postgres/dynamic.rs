//! A search with up to eight conditions.

use super::database::open;
use crate::names::NAME;
use crate::search::find;
use kysera_bench_stage::data::{USERS, postgres, search as form};
use kysera_bench_stage::{Entries, Variant};

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add("postgres: select with 0 to 8 filters", NAME, search)
}

fn search() -> Variant {
    Variant::future(
        async || open(postgres::users(USERS)).await,
        async |db, turn| find(db, &form(turn)).await.expect("reads"),
    )
}
