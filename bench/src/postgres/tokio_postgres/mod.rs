//! tokio-postgres with a held connection and held statements: the base. Rows are decoded by position into the same
//! structs; `tokio-postgres, streamed` decodes them as they come instead of collecting them first.

mod cold;
mod dynamic;
mod nested;
mod points;
mod read;
mod stream;
mod tasks;
mod write;

use crate::rows::{Comment, Post, User};
use kysera_bench_stage::data::postgres;
use kysera_bench_stage::{Entries, current_thread, delayed};
use std::time::Duration;
use tokio_postgres::{Client, NoTls, Row, Statement};

const COLLECTED: &str = "tokio-postgres";
const STREAMED: &str = "tokio-postgres, streamed";

const BY_KEY: &str = "select id, name, hair_color from users where id = $1";

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

/// A connection to a schema made by this script, and a statement on it.
async fn prepare(variant: &str, script: &str, sql: &str) -> (Client, Statement) {
    let client = open(variant, script).await;
    let statement = client.prepare(sql).await.expect("prepares");
    (client, statement)
}

/// A connection to a schema made by this script.
async fn open(variant: &str, script: &str) -> Client {
    open_far(variant, script, Duration::ZERO).await
}

/// The same, with so much added to each round trip.
async fn open_far(variant: &str, script: &str, round_trip: Duration) -> Client {
    let schema = postgres::schema(variant);
    make(&schema, script).await;
    connect(&delayed(&postgres::url_in(&schema), round_trip)).await
}

/// Makes a schema anew.
pub async fn make(schema: &str, script: &str) {
    let script = format!("drop schema if exists {schema} cascade; create schema {schema}; {script}");
    connect(&postgres::url_in(schema)).await.batch_execute(&script).await.expect("makes the schema");
}

/// The server's version.
pub fn server_version() -> String {
    current_thread().block_on(async {
        let client = connect(&postgres::url_in("public")).await;
        client.query_one("show server_version", &[]).await.expect("reads").get(0)
    })
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("connects");
    tokio::spawn(connection);
    client
}

fn user(row: &Row) -> User {
    User { id: row.get(0), name: row.get(1), hair_color: row.get(2) }
}

fn post(row: &Row) -> Post {
    Post { id: row.get(0), user_id: row.get(1), title: row.get(2), body: row.get(3) }
}

fn comment(row: &Row) -> Comment {
    Comment { id: row.get(0), post_id: row.get(1), text: row.get(2) }
}
