//! Ours on PostgreSQL, through its pool of one connection. `kysera` builds its query each time, as an application does.

mod cold;
mod dynamic;
mod nested;
mod points;
mod read;
mod stream;
mod tasks;
mod write;

use super::tokio_postgres::make;
use kysera::postgres::{Postgres, PostgresOptions};
use kysera::prelude::*;
use kysera_bench_stage::data::postgres;
use kysera_bench_stage::{Entries, delayed};
use std::time::Duration;

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
async fn open(variant: &str, script: String) -> Db {
    open_far(variant, script, Duration::ZERO).await
}

/// The same, with so much added to each round trip.
async fn open_far(variant: &str, script: String, round_trip: Duration) -> Db {
    let schema = postgres::schema(variant);
    make(&schema, &script).await;
    connect(&delayed(&postgres::url_in(&schema), round_trip), 1).await
}

/// A pool of so many connections.
async fn connect(url: &str, connections: usize) -> Db {
    let options: PostgresOptions = url.parse().expect("the address is one");
    Db::new(Postgres::connect(options.max_connections(connections)).await.expect("connects"))
}
