//! rusqlite with cached statements: the base. Rows are decoded by position into the same structs.

mod read;
mod write;

use kysera_bench_stage::Entries;
use rusqlite::Connection;

const NAME: &str = "rusqlite";

/// Every variant.
pub fn entries() -> Entries {
    Entries::new()
        .add("sqlite: select 1 by key", NAME, read::by_key)
        .add("sqlite: select 100", NAME, || read::all(100))
        .add("sqlite: select 10 000", NAME, || read::all(10_000))
        .add("sqlite: insert 1", NAME, || write::insert(1))
        .add("sqlite: insert 100", NAME, || write::insert(100))
}

/// A database in memory, made by this script.
fn open(script: &str) -> Connection {
    let connection = Connection::open_in_memory().expect("opens");
    connection.set_prepared_statement_cache_capacity(128);
    connection.execute_batch(script).expect("runs");
    connection
}
