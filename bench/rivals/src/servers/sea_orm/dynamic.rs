//! A search with up to eight conditions, each of which may be absent.

use super::database::open;
use super::names::NAME;
use crate::tables::sea_orm::find;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, search as form};
use kysera_bench_stage::{Entries, Variant};

/// Every variant.
pub fn entries(server: Server) -> Entries {
    Entries::new().add(server.case("select with 0 to 8 filters"), NAME, move || search(server))
}

fn search(server: Server) -> Variant {
    Variant::future(
        async move || open(server, NAME, server.users(USERS)).await,
        async |db, turn| find(&*db, &form(turn)).await.expect("reads"),
    )
}
