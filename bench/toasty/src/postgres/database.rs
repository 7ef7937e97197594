//! The database of a variant: a schema made by a script, and a pool.

use super::schema::make;
use crate::model::{Comment, Post, User};
use kysera_bench_stage::delayed;
use std::time::Duration;
use toasty::Db;

/// A pool of one connection to a schema made by this script.
pub async fn open(script: String) -> Db {
    open_far(script, Duration::ZERO).await
}

/// The same, with so much added to each round trip.
pub async fn open_far(script: String, round_trip: Duration) -> Db {
    connect(&delayed(&make(&script).await, round_trip), 1).await
}

/// A pool of so many connections.
pub async fn connect(url: &str, connections: usize) -> Db {
    let mut builder = Db::builder();
    builder.models(toasty::models!(User, Post, Comment)).max_pool_size(connections);
    builder.connect(url).await.expect("connects")
}
