//! PostgreSQL by the rivals: one folder for each library, in it one file for each topic, with the same names everywhere.
//!
//! Diesel's own connection is left out: it needs libpq installed, and blocks; diesel-async is the one beside which ours
//! would be picked.

mod diesel_async;
pub mod schema;
mod sqlx;

use kysera_bench_stage::Entries;
use kysera_bench_stage::data::server::Server;

/// Every variant; none without a server.
pub fn entries() -> Entries {
    if Server::Postgres.url().is_none() {
        return Entries::new();
    }
    diesel_async::entries().and(sqlx::entries())
}
