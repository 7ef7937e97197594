//! The schema of a variant.

use crate::names::NAME;
use kysera_bench_stage::data::server::{Server, database};
use tokio_postgres::NoTls;

/// Makes the schema anew by this script, and gives the address of a session in it.
pub async fn make(script: &str) -> String {
    let schema = database(NAME);
    let url = Server::Postgres.url_in(&schema);
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.expect("connects");
    tokio::spawn(connection);
    let script = format!("drop schema if exists {schema} cascade; create schema {schema}; {script}");
    client.batch_execute(&script).await.expect("makes the schema");
    url
}

/// Empties a table before a turn.
pub async fn empty(sql: &str) {
    let url = Server::Postgres.url_in(&database(NAME));
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.expect("connects");
    tokio::spawn(connection);
    client.batch_execute(sql).await.expect("empties");
}
