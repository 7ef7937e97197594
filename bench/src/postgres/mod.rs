//! PostgreSQL by this program's libraries: one folder for each, in it one file for each topic, with the same names
//! everywhere. Each process has a schema of its own, which goes when the next run makes it again.

pub mod schema;
mod session;
mod tokio_postgres;
mod version;

use kysera_bench_stage::Entries;
use kysera_bench_stage::data::server::Server;

pub use version::server;

/// Every variant; none without a server.
pub fn entries() -> Entries {
    if Server::Postgres.url().is_none() {
        return Entries::new();
    }
    tokio_postgres::entries()
}
