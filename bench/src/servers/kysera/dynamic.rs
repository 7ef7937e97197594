//! A search with up to eight conditions.

use super::database::open;
use crate::case::OURS;
use crate::queries;
use kysera::prelude::*;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, search as form};
use kysera_bench_stage::{Entries, Variant};

/// Every variant.
pub fn entries(server: Server) -> Entries {
    Entries::new().add(server.case("select with 0 to 8 filters"), OURS, move || search(server))
}

fn search(server: Server) -> Variant {
    Variant::future(
        async move || open(server, OURS, server.users(USERS)).await,
        async |db, turn| queries::search(&form(turn)).fetch_all(db).await.expect("reads"),
    )
}
