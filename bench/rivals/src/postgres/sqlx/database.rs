//! The database of a variant: a schema made by a script, and a pool or a connection that is held.

use crate::postgres::schema::make;
use kysera_bench_stage::delayed;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, PgConnection, PgPool};
use std::time::Duration;

/// A pool of one connection to a schema made by this script.
pub async fn open(variant: &str, script: String) -> PgPool {
    open_far(variant, script, 1, Duration::ZERO).await
}

/// A pool of so many, with so much added to each round trip.
pub async fn open_far(variant: &str, script: String, connections: u32, round_trip: Duration) -> PgPool {
    let url = delayed(&make(variant, &script).await, round_trip);
    PgPoolOptions::new().max_connections(connections).connect(&url).await.expect("connects")
}

/// A connection to a schema made by this script.
pub async fn hold(variant: &str, script: String) -> PgConnection {
    PgConnection::connect(&make(variant, &script).await).await.expect("connects")
}
