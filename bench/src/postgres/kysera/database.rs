//! The database of a variant: a schema made by a script, and a pool.

use crate::postgres::schema::make;
use kysera::postgres::{Postgres, PostgresOptions};
use kysera::prelude::*;
use kysera_bench_stage::data::postgres;
use kysera_bench_stage::delayed;
use std::time::Duration;

/// A pool of one connection to a schema made by this script.
pub async fn open(variant: &str, script: String) -> Db {
    open_far(variant, script, Duration::ZERO).await
}

/// The same, with so much added to each round trip.
pub async fn open_far(variant: &str, script: String, round_trip: Duration) -> Db {
    let schema = postgres::schema(variant);
    make(&schema, &script).await;
    connect(&delayed(&postgres::url_in(&schema), round_trip), 1).await
}

/// A pool of so many connections.
pub async fn connect(url: &str, connections: usize) -> Db {
    let options: PostgresOptions = url.parse().expect("the address is one");
    Db::new(Postgres::connect(options.max_connections(connections)).await.expect("connects"))
}
