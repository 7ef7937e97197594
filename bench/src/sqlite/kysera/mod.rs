//! Ours on SQLite. `kysera` builds its query each time, as an application does.

mod read;
mod write;

use crate::case::OURS;
use kysera::prelude::*;
use kysera::sqlite::{Sqlite, SqliteOptions};
use kysera_bench_stage::Entries;
use kysera_bench_stage::counting;
use std::time::Duration;

/// Every variant.
pub fn entries() -> Entries {
    Entries::new()
        .add("sqlite: select 1 by key", OURS, read::by_key)
        .add("sqlite: select 100", OURS, || read::all(100))
        .add("sqlite: select 10 000", OURS, || read::all(10_000))
        .add("sqlite: insert 1", OURS, || write::insert(1))
        .add("sqlite: insert 100", OURS, || write::insert(100))
}

/// A database in memory, made by this script.
async fn open(script: String) -> Db {
    Db::new(driver(script).await)
}

/// Our driver, on a database in memory made by this script.
pub async fn driver(script: String) -> Sqlite {
    let options = SqliteOptions::memory().on_connect(move |connection| connection.execute_batch(&script));
    // Under valgrind everything takes fifty times longer and would outlast its budget.
    let options = if counting() { options.budget(Duration::from_secs(3600)) } else { options };
    options.open().await.expect("opens")
}
