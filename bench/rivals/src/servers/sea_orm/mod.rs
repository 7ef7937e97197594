//! SeaORM on every server: entities, through its pool of one connection with the pool's own settings.

mod cold;
mod database;
mod dynamic;
mod names;
mod nested;
mod points;
mod read;
mod stream;
mod tasks;
mod write;

use kysera_bench_stage::Entries;
use kysera_bench_stage::data::server::Server;

/// Every variant.
pub fn entries(server: Server) -> Entries {
    read::entries(server)
        .and(points::entries(server))
        .and(dynamic::entries(server))
        .and(write::entries(server))
        .and(nested::entries(server))
        .and(stream::entries(server))
        .and(tasks::entries(server))
        .and(cold::entries(server))
}
