//! diesel-async on PostgreSQL: a held connection, whose statement cache is on.

mod cold;
mod dynamic;
mod nested;
mod points;
mod read;
mod stream;
mod tasks;
mod write;

use super::make;
use diesel_async::{AsyncConnection, AsyncPgConnection};
use kysera_bench_stage::{Entries, delayed};
use std::time::Duration;

const NAME: &str = "diesel-async";

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

/// A connection to a schema made by this script.
async fn open(variant: &str, script: String) -> AsyncPgConnection {
    open_far(variant, script, Duration::ZERO).await
}

/// The same, with so much added to each round trip.
async fn open_far(variant: &str, script: String, round_trip: Duration) -> AsyncPgConnection {
    let url = make(variant, &script).await;
    AsyncPgConnection::establish(&delayed(&url, round_trip)).await.expect("connects")
}
