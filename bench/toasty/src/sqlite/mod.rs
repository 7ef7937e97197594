//! Toasty on SQLite: through its pool of one connection with the pool's own settings.
//!
//! Not here, because Toasty has no way to say it: a left join, an upsert of many rows, a stream.
//! Deleting a user and including posts end in Toasty's own "not yet implemented" on SQLite (0.11.0, 64-bit keys; the same
//! models work on PostgreSQL); they stay, so that a run says that they are skipped, and a later version just works.

mod database;
mod read;
mod relations;
mod write;

use crate::names::NAME;
use kysera_bench_stage::Entries;
use kysera_bench_stage::data::spaced;

/// Every variant.
pub fn entries() -> Entries {
    let mut entries = Entries::new()
        .add("sqlite: select 1 by key", NAME, read::by_key)
        .add("sqlite: select 10 by key, one after the other", NAME, read::ten_by_key)
        .add("sqlite: select with 0 to 8 filters", NAME, read::search)
        .add("sqlite: update 1 by key", NAME, write::update)
        .add("sqlite: transaction of 5 statements", NAME, write::transaction)
        .add("sqlite: associations of 9 users", NAME, || relations::nested(9))
        .add("sqlite: nested rows of 1 user", NAME, || relations::nested(1))
        .add("sqlite: nested rows of 10 users", NAME, || relations::nested(10))
        .add("sqlite: nested rows of 100 users", NAME, || relations::nested(100))
        .add("sqlite: 10 ms ticker beside select 1 by key", NAME, read::ticker_by_key)
        .add("sqlite: 10 ms ticker beside select 10 000", NAME, read::ticker_all);
    for rows in [1, 10, 100, 1_000, 10_000] {
        entries = entries.add(format!("sqlite: select {}", spaced(rows)), NAME, move || read::all(rows));
    }
    for rows in [1, 10, 25, 50, 100] {
        entries = entries.add(format!("sqlite: insert {rows}"), NAME, move || write::insert(rows));
    }
    entries
}
