//! The database of a variant, made by a script, and a connection that is held.

use crate::mysql::schema::{connect, make};
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::delayed;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Statement};
use std::time::Duration;

/// A connection to a database made by this script, and a statement on it.
pub async fn prepare(server: Server, variant: &str, script: &str, sql: &str) -> (Conn, Statement) {
    let mut conn = open(server, variant, script).await;
    let statement = conn.prep(sql).await.expect("prepares");
    (conn, statement)
}

/// A connection to a database made by this script.
pub async fn open(server: Server, variant: &str, script: &str) -> Conn {
    open_far(server, variant, script, Duration::ZERO).await
}

/// The same, with so much added to each round trip.
pub async fn open_far(server: Server, variant: &str, script: &str, round_trip: Duration) -> Conn {
    connect(&delayed(&make(server, variant, script).await, round_trip)).await
}
