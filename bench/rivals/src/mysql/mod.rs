//! MySQL and MariaDB by the rivals: one folder for each library, in it one file for each topic, with the same names
//! everywhere, and the same code for both servers.
//!
//! Diesel's own connection is left out: it needs the C client library installed, and blocks; diesel-async, which stands on
//! mysql_async, is the one beside which ours would be picked.

mod diesel_async;
pub mod schema;
mod sqlx;

use kysera_bench_stage::Entries;
use kysera_bench_stage::data::server::MYSQL_SERVERS;

/// Every variant on each server that there is.
pub fn entries() -> Entries {
    let servers = MYSQL_SERVERS.into_iter().filter(|server| server.url().is_some());
    servers.fold(Entries::new(), |entries, server| {
        entries.and(diesel_async::entries(server)).and(sqlx::entries(server))
    })
}
