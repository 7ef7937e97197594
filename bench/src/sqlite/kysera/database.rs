//! The database of a variant, made by a script.

use kysera::prelude::*;
use kysera::sqlite::{Sqlite, SqliteOptions};
use kysera_bench_stage::counting;
use kysera_bench_stage::data::{CONNECTIONS, statements};
use std::path::Path;
use std::time::Duration;

/// A database in memory, made by this script.
pub async fn open(script: String) -> Db {
    Db::new(driver(script).await)
}

/// A database in a file, made by this script, on as many connections as everybody's pool has.
pub async fn open_file(path: &Path, script: String) -> Db {
    let options = SqliteOptions::file(path).readers(CONNECTIONS - 1);
    let db = Db::new(Sqlite::connect(options).await.expect("opens"));
    statements(&script, async |statement| {
        kysera::raw(statement).execute(&db).await.expect("runs");
    })
    .await;
    db
}

/// Our driver, on a database in memory made by this script.
pub async fn driver(script: String) -> Sqlite {
    let options = SqliteOptions::memory().on_connect(move |connection| connection.execute_batch(&script));
    // Under valgrind everything takes fifty times longer and would outlast its budget.
    let options = if counting() { options.budget(Duration::from_secs(3600)) } else { options };
    Sqlite::connect(options).await.expect("opens")
}
