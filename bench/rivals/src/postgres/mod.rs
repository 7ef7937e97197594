//! PostgreSQL by the rivals: one folder for each library, in it one file for each topic, with the same names everywhere.
//!
//! Diesel's own connection is left out: it needs libpq installed, and blocks; diesel-async is the one beside which ours
//! would be picked.

mod diesel_async;
mod sea_orm;
mod sqlx;

use kysera_bench_stage::Entries;
use kysera_bench_stage::data::postgres;
use tokio_postgres::NoTls;

/// Every variant; none without a server.
pub fn entries() -> Entries {
    if postgres::url().is_none() {
        return Entries::new();
    }
    diesel_async::entries().and(sqlx::entries()).and(sea_orm::entries())
}

/// Makes the schema of a variant anew by this script, and gives the address of a session in it.
async fn make(variant: &str, script: &str) -> String {
    let schema = postgres::schema(variant);
    let url = postgres::url_in(&schema);
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.expect("connects");
    tokio::spawn(connection);
    let script = format!("drop schema if exists {schema} cascade; create schema {schema}; {script}");
    client.batch_execute(&script).await.expect("makes the schema");
    url
}
