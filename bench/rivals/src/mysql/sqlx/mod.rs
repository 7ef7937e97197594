//! SQLx on MySQL and MariaDB: `sqlx` takes its connection from a pool of one for each query, as an application does and with the
//! pool's own settings; `sqlx, one connection` holds it.
//!
//! `query_as` with `FromRow`, because the macros need a database when they are compiled; `sqlx, as its macros read` is
//! what they make of a query.

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
