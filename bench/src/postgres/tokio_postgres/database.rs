//! The database of a variant: a schema made by a script, and a connection that is held.

use crate::postgres::schema::make;
use crate::postgres::session::connect;
use kysera_bench_stage::data::server::{Server, database};
use kysera_bench_stage::delayed;
use std::time::Duration;
use tokio_postgres::{Client, Statement};

/// A connection to a schema made by this script, and a statement on it.
pub async fn prepare(variant: &str, script: &str, sql: &str) -> (Client, Statement) {
    let client = open(variant, script).await;
    let statement = client.prepare(sql).await.expect("prepares");
    (client, statement)
}

/// A connection to a schema made by this script.
pub async fn open(variant: &str, script: &str) -> Client {
    open_far(variant, script, Duration::ZERO).await
}

/// The same, with so much added to each round trip.
pub async fn open_far(variant: &str, script: &str, round_trip: Duration) -> Client {
    let schema = database(variant);
    make(&schema, script).await;
    connect(&delayed(&Server::Postgres.url_in(&schema), round_trip)).await
}
