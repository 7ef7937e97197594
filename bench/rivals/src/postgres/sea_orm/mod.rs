//! SeaORM on PostgreSQL: entities, through its pool of one connection with the pool's own settings.

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
