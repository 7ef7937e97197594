//! SeaORM on SQLite: entities, through its pool of one connection.

mod cold;
mod database;
mod load;
mod read;
mod relations;
mod write;

use kysera_bench_stage::{Entries, Sizes, sqlite_sizes};

const NAME: &str = "sea-orm";

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
        .add("sqlite: update 1 by key", NAME, write::update)
        .add("sqlite: upsert 100", NAME, write::upsert)
        .add("sqlite: transaction of 5 statements", NAME, write::transaction)
        .add("sqlite: stream of 1 000 000 rows", NAME, load::stream)
        .add("sqlite: 64 tasks, 8 connections, a file: reads", NAME, load::reads)
        .add("sqlite: 64 tasks, 8 connections, a file: 1 write in 10", NAME, load::writes)
        .add_cold("sqlite: a fresh process to its first row", NAME, cold::make, cold::first_row)
        .add("sqlite: 10 ms ticker beside select 1 by key", NAME, load::ticker_by_key)
        .add("sqlite: 10 ms ticker beside select 10 000", NAME, load::ticker_all)
        .add("sqlite: 10 ms ticker beside insert 100", NAME, load::ticker_insert)
        .add("sqlite: 10 ms ticker beside a query of 20 ms", NAME, load::ticker_slow)
}
