//! diesel-async on SQLite: Diesel on tokio's blocking threads, where an asynchronous application would take it.

mod load;

use kysera_bench_stage::Entries;

const NAME: &str = "diesel-async";

/// Every variant.
pub fn entries() -> Entries {
    Entries::new()
        .add("sqlite: select 1 by key", NAME, load::by_key)
        .add("sqlite: select 10 000", NAME, load::all)
        .add("sqlite: 64 tasks, 8 connections, a file: reads", NAME, load::reads)
        .add("sqlite: 64 tasks, 8 connections, a file: 1 write in 10", NAME, load::writes)
        .add("sqlite: 10 ms ticker beside select 1 by key", NAME, load::ticker_by_key)
        .add("sqlite: 10 ms ticker beside select 10 000", NAME, load::ticker_all)
}
