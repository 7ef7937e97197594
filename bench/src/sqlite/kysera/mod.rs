//! Ours on SQLite. `kysera` builds its query each time, as an application does; `kysera, prepared` built it once.

mod cold;
mod database;
mod load;
mod prepared;
mod read;
mod relations;
mod write;

use crate::case::{OURS, PREPARED};
use kysera_bench_stage::data::spaced;
use kysera_bench_stage::{Entries, Sizes, sqlite_sizes};

pub use database::driver;

/// Every variant.
pub fn entries() -> Entries {
    let sizes = Sizes {
        all: read::all,
        left_join: read::left_join,
        insert: write::insert,
        nested: relations::nested,
    };
    let mut entries = sqlite_sizes(OURS, sizes)
        .add("sqlite: select 1 by key", OURS, read::by_key)
        .add("sqlite: select 1 by key", PREPARED, prepared::by_key)
        .add("sqlite: select 10 by key, one after the other", OURS, read::ten_by_key)
        .add("sqlite: select 10 by key, one after the other", PREPARED, prepared::ten_by_key)
        .add("sqlite: select with 0 to 8 filters", OURS, read::search)
        .add("sqlite: update 1 by key", OURS, write::update)
        .add("sqlite: update 1 by key", PREPARED, prepared::update)
        .add("sqlite: insert 1", PREPARED, prepared::insert)
        .add("sqlite: upsert 100", OURS, write::upsert)
        .add("sqlite: transaction of 5 statements", OURS, write::transaction)
        .add("sqlite: transaction of 5 statements", PREPARED, prepared::transaction)
        .add("sqlite: associations of 9 users", relations::BY_LEVEL, || relations::by_level(9))
        .add("sqlite: stream of 1 000 000 rows", OURS, load::stream)
        .add("sqlite: 64 tasks, 8 connections, a file: reads", OURS, load::reads)
        .add("sqlite: 64 tasks, 8 connections, a file: reads", PREPARED, load::reads_prepared)
        .add("sqlite: 64 tasks, 8 connections, a file: 1 write in 10", OURS, load::writes)
        .add("sqlite: 64 tasks, 8 connections, a file: 1 write in 10", PREPARED, load::writes_prepared)
        .add_cold("sqlite: a fresh process to its first row", OURS, cold::make, cold::first_row)
        .add("sqlite: 10 ms ticker beside select 1 by key", OURS, load::ticker_by_key)
        .add("sqlite: 10 ms ticker beside select 10 000", OURS, load::ticker_all)
        .add("sqlite: 10 ms ticker beside insert 100", OURS, load::ticker_insert)
        .add("sqlite: 10 ms ticker beside a query of 20 ms", OURS, load::ticker_slow);
    for rows in [1, 10, 100, 1_000, 10_000] {
        let number = spaced(rows);
        entries = entries.add(format!("sqlite: select {number}"), PREPARED, move || prepared::all(rows)).add(
            format!("sqlite: left join {number}"),
            PREPARED,
            move || prepared::left_join(rows),
        );
    }
    for users in [1, 10, 100] {
        let plural = if users == 1 { "user" } else { "users" };
        let name = format!("sqlite: nested rows of {users} {plural}");
        entries = entries.add(name, relations::BY_LEVEL, move || relations::by_level(users));
    }
    entries
}
