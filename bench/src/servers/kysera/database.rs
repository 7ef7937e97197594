//! The database of a variant (a schema, on PostgreSQL), made by a script, and a pool.

use crate::servers::schema::make;
use kysera::mysql::{MySql, MySqlOptions, SslMode};
use kysera::postgres::{Postgres, PostgresOptions};
use kysera::prelude::*;
use kysera_bench_stage::data::server::Server;
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
    if url.starts_with("mysql:") {
        let options: MySqlOptions = url.parse().expect("the address is one");
        // Nobody has TLS here.
        let options = options.ssl_mode(SslMode::Disabled).max_connections(connections);
        return Db::new(MySql::connect(options).await.expect("connects"));
    }
    let options: PostgresOptions = url.parse().expect("the address is one");
    Db::new(Postgres::connect(options.max_connections(connections)).await.expect("connects"))
}
