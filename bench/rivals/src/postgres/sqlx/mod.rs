//! SQLx on PostgreSQL: `sqlx` takes its connection from a pool of one for each query, as an application does and with the
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
