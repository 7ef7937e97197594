//! mysql_async with a held connection and held statements: the base. Rows are decoded by position into the same structs as
//! they come, which is what `exec_map` does.

mod cold;
mod database;
mod dynamic;
mod names;
mod nested;
mod points;
mod read;
mod rows;
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
