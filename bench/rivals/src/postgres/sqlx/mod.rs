//! SQLx on PostgreSQL: `sqlx` takes its connection from a pool of one for each query, as an application does and with the
//! pool's own settings; `sqlx, one connection` holds it.
//!
//! `query_as` with `FromRow`, because the macros need a database when they are compiled; `sqlx, as its macros read` is
//! what they make of a query.

mod cold;
mod dynamic;
mod nested;
mod points;
mod read;
mod stream;
mod tasks;
mod write;

use super::make;
use kysera_bench_stage::{Entries, delayed};
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, PgConnection, PgPool};
use std::time::Duration;

const NAME: &str = "sqlx";
const HELD: &str = "sqlx, one connection";
const MACROS: &str = "sqlx, as its macros read";

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

/// A pool of one connection to a schema made by this script.
async fn open(variant: &str, script: String) -> PgPool {
    open_far(variant, script, 1, Duration::ZERO).await
}

/// A pool of so many, with so much added to each round trip.
async fn open_far(variant: &str, script: String, connections: u32, round_trip: Duration) -> PgPool {
    let url = delayed(&make(variant, &script).await, round_trip);
    PgPoolOptions::new().max_connections(connections).connect(&url).await.expect("connects")
}

/// A connection to a schema made by this script.
async fn hold(variant: &str, script: String) -> PgConnection {
    PgConnection::connect(&make(variant, &script).await).await.expect("connects")
}
