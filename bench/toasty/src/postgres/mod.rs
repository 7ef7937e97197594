//! Toasty on PostgreSQL: through its pool of one connection with the pool's own settings.
//!
//! Not here, because Toasty has no way to say it: a left join, an upsert of many rows, a stream.

mod cold;
mod database;
mod dynamic;
mod nested;
mod points;
mod read;
mod schema;
mod tasks;
mod write;

use kysera_bench_stage::Entries;
use kysera_bench_stage::data::server::Server;

/// Every variant; none without a server.
pub fn entries() -> Entries {
    if Server::Postgres.url().is_none() {
        return Entries::new();
    }
    read::entries()
        .and(points::entries())
        .and(dynamic::entries())
        .and(write::entries())
        .and(nested::entries())
        .and(tasks::entries())
        .and(cold::entries())
}
