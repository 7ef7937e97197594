//! Diesel on SQLite: a held connection, whose statement cache is on.

mod read;
mod schema;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use kysera_bench_stage::Entries;

const NAME: &str = "diesel";

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add("sqlite: select 1 by key", NAME, read::by_key)
}

/// A database in memory, made by this script.
fn open(script: &str) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(":memory:").expect("opens");
    connection.batch_execute(script).expect("runs");
    connection
}
