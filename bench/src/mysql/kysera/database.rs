//! The database of a variant, made by a script, and a pool.

use crate::mysql::schema::make;
use kysera::mysql::{MySql, MySqlOptions, SslMode};
use kysera::prelude::*;
use kysera_bench_stage::data::mysql::Server;
use kysera_bench_stage::delayed;
use std::time::Duration;

/// A pool of one connection to a database made by this script.
pub async fn open(server: Server, variant: &str, script: String) -> Db {
    open_far(server, variant, script, Duration::ZERO).await
}

/// The same, with so much added to each round trip.
pub async fn open_far(server: Server, variant: &str, script: String, round_trip: Duration) -> Db {
    connect(&delayed(&make(server, variant, &script).await, round_trip), 1).await
}

/// A pool of so many connections.
pub async fn connect(url: &str, connections: usize) -> Db {
    let options: MySqlOptions = url.parse().expect("the address is one");
    // Nobody has TLS here.
    let options = options.ssl_mode(SslMode::Disabled).max_connections(connections);
    Db::new(MySql::connect(options).await.expect("connects"))
}
