//! The database of a variant, on a connection that is held.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use kysera_bench_stage::data::sqlite;
use std::path::Path;

/// A database in memory, made by this script.
pub fn open(script: &str) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(":memory:").expect("opens");
    connection.batch_execute(script).expect("runs");
    connection
}

/// A connection to a database in a file.
pub fn open_file(path: &Path) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(path.to_str().expect("a plain path")).expect("opens");
    connection.batch_execute(sqlite::FILE).expect("sets");
    connection
}
