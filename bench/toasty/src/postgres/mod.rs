//! Toasty on PostgreSQL: through its pool of one connection with the pool's own settings.
//!
//! Not here, because Toasty has no way to say it: a left join, an upsert of many rows, a stream.

mod cold;
mod dynamic;
mod nested;
mod points;
mod read;
mod tasks;
mod write;

use crate::model::{Comment, Post, User};
use kysera_bench_stage::data::postgres;
use kysera_bench_stage::{Entries, delayed};
use std::time::Duration;
use toasty::Db;
use tokio_postgres::NoTls;

const NAME: &str = "toasty";

/// Every variant; none without a server.
pub fn entries() -> Entries {
    if postgres::url().is_none() {
        return Entries::new();
    }
    read::entries()
        .and(points::entries())
        .and(dynamic::entries())
        .and(write::entries())
        .and(nested::entries())
        .and(tasks::entries())
        .and(cold::entries())
}

/// A pool of one connection to a schema made by this script.
async fn open(script: String) -> Db {
    open_far(script, Duration::ZERO).await
}

/// The same, with so much added to each round trip.
async fn open_far(script: String, round_trip: Duration) -> Db {
    connect(&delayed(&make(&script).await, round_trip), 1).await
}

async fn connect(url: &str, connections: usize) -> Db {
    let mut builder = Db::builder();
    builder.models(toasty::models!(User, Post, Comment)).max_pool_size(connections);
    builder.connect(url).await.expect("connects")
}

/// Makes the schema anew by this script, and gives the address of a session in it.
async fn make(script: &str) -> String {
    let schema = postgres::schema(NAME);
    let url = postgres::url_in(&schema);
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.expect("connects");
    tokio::spawn(connection);
    let script = format!("drop schema if exists {schema} cascade; create schema {schema}; {script}");
    client.batch_execute(&script).await.expect("makes the schema");
    url
}

/// Empties a table before a turn.
async fn empty(sql: &str) {
    let url = postgres::url_in(&postgres::schema(NAME));
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.expect("connects");
    tokio::spawn(connection);
    client.batch_execute(sql).await.expect("empties");
}
