//! The database of a variant (a schema, on PostgreSQL), made by a script, and a pool.

use crate::servers::schema::make;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::delayed;
use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use std::time::Duration;

/// A pool of one connection to a database made by this script.
pub async fn open(server: Server, variant: &str, script: String) -> DatabaseConnection {
    open_far(server, variant, script, 1, Duration::ZERO).await
}

/// A pool of so many, with so much added to each round trip.
pub async fn open_far(
    server: Server,
    variant: &str,
    script: String,
    connections: u32,
    round_trip: Duration,
) -> DatabaseConnection {
    connect(&delayed(&make(server, variant, &script).await, round_trip), connections).await
}

/// A pool of so many connections. Nobody has TLS here.
pub async fn connect(url: &str, connections: u32) -> DatabaseConnection {
    let without_tls = if url.starts_with("mysql:") { "?ssl-mode=disabled" } else { "" };
    let mut options = ConnectOptions::new(format!("{url}{without_tls}"));
    // It would log each statement.
    options.max_connections(connections).sqlx_logging(false);
    Database::connect(options).await.expect("connects")
}
