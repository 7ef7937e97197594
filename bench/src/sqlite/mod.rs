//! SQLite by this program's libraries: one folder for each, in it one file for each topic, with the same names everywhere.

pub mod kysera;
mod rusqlite;

use kysera_bench_stage::{Entries, idle};

/// Every variant.
pub fn entries() -> Entries {
    let loads = ["select 1 by key", "select 10 000", "insert 100", "a query of 20 ms"];
    let entries = kysera::entries().and(rusqlite::entries());
    loads.iter().fold(entries, |entries, load| {
        entries.add(format!("sqlite: 10 ms ticker beside {load}"), "no load", idle)
    })
}
