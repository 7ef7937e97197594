//! The database of a variant, opened with a cache for its statements.

use kysera_bench_stage::data::sqlite;
use rusqlite::Connection;
use std::path::Path;

/// A database in memory, made by this script.
pub fn open(script: &str) -> Connection {
    let connection = Connection::open_in_memory().expect("opens");
    connection.set_prepared_statement_cache_capacity(128);
    connection.execute_batch(script).expect("runs");
    connection
}

/// A connection to a database in a file.
pub fn open_file(path: &Path) -> Connection {
    let connection = Connection::open(path).expect("opens");
    connection.set_prepared_statement_cache_capacity(128);
    connection.execute_batch(sqlite::FILE).expect("sets");
    connection
}
