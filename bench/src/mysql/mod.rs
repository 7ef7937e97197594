//! MySQL and MariaDB by this program's libraries: one folder for each, in it one file for each topic, with the same names
//! everywhere, and the same code for both servers. Each process has a database of its own, which goes when the next run
//! makes it again.

mod mysql_async;
pub mod schema;
mod version;

use kysera_bench_stage::Entries;
use kysera_bench_stage::data::server::MYSQL_SERVERS;

pub use version::servers;

/// Every variant on each server that there is.
pub fn entries() -> Entries {
    let servers = MYSQL_SERVERS.into_iter().filter(|server| server.url().is_some());
    servers.fold(Entries::new(), |entries, server| entries.and(mysql_async::entries(server)))
}
