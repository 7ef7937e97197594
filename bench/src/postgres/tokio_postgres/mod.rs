//! tokio-postgres with a held connection and held statements: the base. Rows are decoded by position into the same
//! structs; `tokio-postgres, streamed` decodes them as they come instead of collecting them first.

mod read;
mod write;

use kysera_bench_stage::data::postgres;
use kysera_bench_stage::{Entries, current_thread};
use tokio_postgres::{Client, NoTls, Statement};

const COLLECTED: &str = "tokio-postgres";
const STREAMED: &str = "tokio-postgres, streamed";

/// Every variant.
pub fn entries() -> Entries {
    Entries::new()
        .add("postgres: select 1 by key", COLLECTED, read::by_key)
        .add("postgres: select 1 by key", STREAMED, read::by_key_streamed)
        .add("postgres: select 100", COLLECTED, || read::all(100))
        .add("postgres: select 100", STREAMED, || read::all_streamed(100))
        .add("postgres: select 10 000", COLLECTED, || read::all(10_000))
        .add("postgres: select 10 000", STREAMED, || read::all_streamed(10_000))
        .add("postgres: insert 1", COLLECTED, || write::insert(1))
        .add("postgres: insert 100", COLLECTED, || write::insert(100))
}

/// A connection to a schema made by this script, and a statement on it.
async fn prepare(variant: &str, script: &str, sql: &str) -> (Client, Statement) {
    let schema = postgres::schema(variant);
    make(&schema, script).await;
    let client = connect(&schema).await;
    let statement = client.prepare(sql).await.expect("prepares");
    (client, statement)
}

/// Makes a schema anew.
pub async fn make(schema: &str, script: &str) {
    let script = format!("drop schema if exists {schema} cascade; create schema {schema}; {script}");
    connect(schema).await.batch_execute(&script).await.expect("makes the schema");
}

/// The server's version.
pub fn server_version() -> String {
    current_thread().block_on(async {
        let client = connect("public").await;
        client.query_one("show server_version", &[]).await.expect("reads").get(0)
    })
}

/// A connection to a schema that may not be there yet.
async fn connect(schema: &str) -> Client {
    let mut config: tokio_postgres::Config =
        postgres::url().unwrap_or_default().parse().expect("the address is one");
    config.options(postgres::settings(schema));
    let (client, connection) = config.connect(NoTls).await.expect("connects");
    tokio::spawn(connection);
    client
}
