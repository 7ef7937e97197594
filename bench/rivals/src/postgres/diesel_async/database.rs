//! The database of a variant: a schema made by a script, and a connection that is held.

use crate::postgres::schema::make;
use diesel_async::{AsyncConnection, AsyncPgConnection};
use kysera_bench_stage::delayed;
use std::time::Duration;

/// A connection to a schema made by this script.
pub async fn open(variant: &str, script: String) -> AsyncPgConnection {
    open_far(variant, script, Duration::ZERO).await
}

/// The same, with so much added to each round trip.
pub async fn open_far(variant: &str, script: String, round_trip: Duration) -> AsyncPgConnection {
    let url = make(variant, &script).await;
    AsyncPgConnection::establish(&delayed(&url, round_trip)).await.expect("connects")
}
