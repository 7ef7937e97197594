//! Ours on every server, through its pool of one connection. `kysera` builds its query each time, as an application does.

mod cold;
mod database;
mod dynamic;
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
