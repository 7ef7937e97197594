//! The database of a variant, made by a script, and a pool or a connection that is held.

use crate::mysql::schema::make;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::delayed;
use sqlx::mysql::{MySqlConnectOptions, MySqlPoolOptions, MySqlSslMode};
use sqlx::{Connection, MySqlConnection, MySqlPool};
use std::time::Duration;

/// A pool of one connection to a database made by this script.
pub async fn open(server: Server, variant: &str, script: String) -> MySqlPool {
    open_far(server, variant, script, 1, Duration::ZERO).await
}

/// A pool of so many, with so much added to each round trip.
pub async fn open_far(
    server: Server,
    variant: &str,
    script: String,
    connections: u32,
    round_trip: Duration,
) -> MySqlPool {
    connect(&delayed(&make(server, variant, &script).await, round_trip), connections).await
}

/// A pool of so many connections.
pub async fn connect(url: &str, connections: u32) -> MySqlPool {
    let pool = MySqlPoolOptions::new().max_connections(connections);
    pool.connect_with(options(url)).await.expect("connects")
}

/// A connection to a database made by this script.
pub async fn hold(server: Server, variant: &str, script: String) -> MySqlConnection {
    connect_held(&make(server, variant, &script).await).await
}

/// A connection.
pub async fn connect_held(url: &str) -> MySqlConnection {
    MySqlConnection::connect_with(&options(url)).await.expect("connects")
}

/// Nobody has TLS here.
pub fn options(url: &str) -> MySqlConnectOptions {
    let options: MySqlConnectOptions = url.parse().expect("the address is one");
    options.ssl_mode(MySqlSslMode::Disabled)
}
