//! SeaORM on PostgreSQL: entities, through its pool of one connection with the pool's own settings.

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
use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use std::time::Duration;

const NAME: &str = "sea-orm";

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
async fn open(variant: &str, script: String) -> DatabaseConnection {
    open_far(variant, script, 1, Duration::ZERO).await
}

/// A pool of so many, with so much added to each round trip.
async fn open_far(
    variant: &str,
    script: String,
    connections: u32,
    round_trip: Duration,
) -> DatabaseConnection {
    connect(&delayed(&make(variant, &script).await, round_trip), connections).await
}

async fn connect(url: &str, connections: u32) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    // It would log each statement.
    options.max_connections(connections).sqlx_logging(false);
    Database::connect(options).await.expect("connects")
}
