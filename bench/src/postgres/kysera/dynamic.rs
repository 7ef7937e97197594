//! A search with up to eight conditions.

use super::database::open;
use crate::case::OURS;
use crate::queries;
use kysera::prelude::*;
use kysera_bench_stage::data::{USERS, postgres, search as form};
use kysera_bench_stage::{Entries, Variant};

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add("postgres: select with 0 to 8 filters", OURS, search)
}

fn search() -> Variant {
    Variant::future(
        async || open(OURS, postgres::users(USERS)).await,
        async |db, turn| queries::search(&form(turn)).fetch_all(db).await.expect("reads"),
    )
}
