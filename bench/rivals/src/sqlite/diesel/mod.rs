//! Diesel on SQLite: a held connection, whose statement cache is on; many tasks share a pool of r2d2, on tokio's blocking
//! threads.

mod cold;
mod database;
mod load;
mod read;
mod relations;
pub mod write;

use kysera_bench_stage::{Entries, Sizes, sqlite_sizes};

const NAME: &str = "diesel";

/// What most programs write, because rows are seldom so many that their number is known.
const VEC: &str = "diesel, rows in a Vec";

/// Every variant.
pub fn entries() -> Entries {
    let sizes = Sizes {
        all: read::all,
        left_join: read::left_join,
        insert: write::insert,
        nested: relations::nested,
    };
    sqlite_sizes(NAME, sizes)
        .add("sqlite: select 1 by key", NAME, read::by_key)
        .add("sqlite: select 10 by key, one after the other", NAME, read::ten_by_key)
        .add("sqlite: select with 0 to 8 filters", NAME, read::search)
        .add("sqlite: insert 100", VEC, || write::vec(100))
        .add("sqlite: update 1 by key", NAME, write::update)
        .add("sqlite: upsert 100", NAME, write::upsert)
        .add("sqlite: transaction of 5 statements", NAME, write::transaction)
        .add("sqlite: stream of 1 000 000 rows", NAME, load::stream)
        .add("sqlite: 64 tasks, 8 connections, a file: reads", NAME, load::reads)
        .add("sqlite: 64 tasks, 8 connections, a file: 1 write in 10", NAME, load::writes)
        .add_cold("sqlite: a fresh process to its first row", NAME, cold::make, cold::first_row)
}
