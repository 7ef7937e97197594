//! The database of a variant, through a pool.

use kysera_bench_stage::data::CONNECTIONS;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, SqlitePool};
use std::path::Path;

/// A database in memory, made by this script.
pub async fn open(script: String) -> SqlitePool {
    // Of a database in memory there is one for each connection, which must therefore stay.
    let options =
        SqlitePoolOptions::new().max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None);
    let pool = options.connect("sqlite::memory:").await.expect("opens");
    run(&pool, script).await;
    pool
}

/// A pool on a database in a file, of as many connections, which it may test each time that it gives one out.
pub async fn open_file(path: &Path, connections: usize, tested: bool) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal);
    let pool = SqlitePoolOptions::new().max_connections(connections as u32).test_before_acquire(tested);
    pool.connect_with(options).await.expect("opens")
}

/// A pool of as many connections as everybody has.
pub async fn open_many(path: &Path, script: String, tested: bool) -> SqlitePool {
    let pool = open_file(path, CONNECTIONS, tested).await;
    run(&pool, script).await;
    pool
}

async fn run(pool: &SqlitePool, script: String) {
    sqlx::raw_sql(AssertSqlSafe(script)).execute(pool).await.expect("runs");
}
