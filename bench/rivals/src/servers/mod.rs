//! What is the same code on every server: SeaORM, in one file for each topic, with the names that the other players' files
//! have.

mod schema;
mod sea_orm;

use kysera_bench_stage::Entries;
use kysera_bench_stage::data::server::SERVERS;

/// Every variant on each server that there is.
pub fn entries() -> Entries {
    let servers = SERVERS.into_iter().filter(|server| server.url().is_some());
    servers.fold(Entries::new(), |entries, server| entries.and(sea_orm::entries(server)))
}
