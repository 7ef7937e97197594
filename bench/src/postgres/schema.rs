//! The schema of a variant.

use super::session::connect;
use kysera_bench_stage::data::server::Server;

/// Makes a schema anew.
pub async fn make(schema: &str, script: &str) {
    let script = format!("drop schema if exists {schema} cascade; create schema {schema}; {script}");
    connect(&Server::Postgres.url_in(schema)).await.batch_execute(&script).await.expect("makes the schema");
}
