//! tokio-postgres with a held connection and held statements: the base. Rows are decoded by position into the same
//! structs; `tokio-postgres, streamed` decodes them as they come instead of collecting them first.

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

/// Every variant.
pub fn entries() -> Entries {
    read::entries()
        .and(points::entries())
        .and(dynamic::entries())
        .and(write::entries())
        .and(nested::entries())
        .and(stream::entries())
        .and(tasks::entries())
        .and(cold::entries())
}
