//! SQLite by this program's libraries: one folder for each, in it one file for each topic, with the same names everywhere.

pub mod kysera;
mod rusqlite;

use kysera_bench_stage::Entries;

/// Every variant.
pub fn entries() -> Entries {
    kysera::entries().and(rusqlite::entries())
}
