//! PostgreSQL by this program's libraries: one folder for each, in it one file for each topic, with the same names
//! everywhere. Each process has a schema of its own, which goes when the next run makes it again.

mod kysera;
mod tokio_postgres;

use kysera_bench_stage::Entries;

/// Every variant; none without a server.
pub fn entries() -> Entries {
    if kysera_bench_stage::data::postgres::url().is_none() {
        return Entries::new();
    }
    kysera::entries().and(tokio_postgres::entries())
}

/// The server's version.
pub fn server() -> Option<String> {
    kysera_bench_stage::data::postgres::url()?;
    Some(format!("PostgreSQL {}", tokio_postgres::server_version()))
}
