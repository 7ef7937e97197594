//! The database of a variant: a schema made by a script, and a pool.

use crate::postgres::schema::make;
use kysera_bench_stage::delayed;
use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use std::time::Duration;

/// A pool of one connection to a schema made by this script.
pub async fn open(variant: &str, script: String) -> DatabaseConnection {
    open_far(variant, script, 1, Duration::ZERO).await
}

/// A pool of so many, with so much added to each round trip.
pub async fn open_far(
    variant: &str,
    script: String,
    connections: u32,
    round_trip: Duration,
) -> DatabaseConnection {
    connect(&delayed(&make(variant, &script).await, round_trip), connections).await
}

/// A pool of so many connections.
pub async fn connect(url: &str, connections: u32) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    // It would log each statement.
    options.max_connections(connections).sqlx_logging(false);
    Database::connect(options).await.expect("connects")
}
