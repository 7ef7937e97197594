//! The database of a variant, made by a script, and a connection that is held.

use crate::mysql::schema::make;
use diesel_async::{AsyncConnection, AsyncMysqlConnection};
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::delayed;
use std::time::Duration;

/// A connection to a database made by this script.
pub async fn open(server: Server, variant: &str, script: String) -> AsyncMysqlConnection {
    open_far(server, variant, script, Duration::ZERO).await
}

/// The same, with so much added to each round trip.
pub async fn open_far(
    server: Server,
    variant: &str,
    script: String,
    round_trip: Duration,
) -> AsyncMysqlConnection {
    connect(&delayed(&make(server, variant, &script).await, round_trip)).await
}

/// A connection.
pub async fn connect(url: &str) -> AsyncMysqlConnection {
    AsyncMysqlConnection::establish(&by_tcp(url)).await.expect("connects")
}

/// As everybody's, where mysql_async would go on by the server's socket.
pub fn by_tcp(url: &str) -> String {
    format!("{url}?prefer_socket=false")
}
