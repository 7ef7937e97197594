//! SQLx on SQLite: each query takes its connection from a pool of one, as an application's does.
//!
//! `query_as` with `FromRow`, because the macros need a database when they are compiled.

mod cold;
mod load;
mod read;
mod relations;
mod write;

use kysera_bench_stage::data::CONNECTIONS;
use kysera_bench_stage::{Entries, Sizes, sqlite_sizes};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, SqlitePool};
use std::path::Path;

const NAME: &str = "sqlx";

/// A connection that is held: what the pool costs is the difference.
const HELD: &str = "sqlx, held connection";

/// The pool does not test a connection before it gives it out, which it does by default.
const UNTESTED: &str = "sqlx, connections not tested";

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
        .add("sqlite: select 1 by key", HELD, read::by_key_held)
        .add("sqlite: select 10 by key, one after the other", NAME, read::ten_by_key)
        .add("sqlite: select with 0 to 8 filters", NAME, read::search)
        .add("sqlite: update 1 by key", NAME, write::update)
        .add("sqlite: upsert 100", NAME, write::upsert)
        .add("sqlite: transaction of 5 statements", NAME, write::transaction)
        .add("sqlite: stream of 1 000 000 rows", NAME, load::stream)
        .add("sqlite: 64 tasks, 8 connections, a file: reads", NAME, || load::reads(true))
        .add("sqlite: 64 tasks, 8 connections, a file: reads", UNTESTED, || load::reads(false))
        .add("sqlite: 64 tasks, 8 connections, a file: 1 write in 10", NAME, || load::writes(true))
        .add("sqlite: 64 tasks, 8 connections, a file: 1 write in 10", UNTESTED, || load::writes(false))
        .add_cold("sqlite: a fresh process to its first row", NAME, cold::make, cold::first_row)
        .add("sqlite: 10 ms ticker beside select 1 by key", NAME, load::ticker_by_key)
        .add("sqlite: 10 ms ticker beside select 10 000", NAME, load::ticker_all)
        .add("sqlite: 10 ms ticker beside insert 100", NAME, load::ticker_insert)
        .add("sqlite: 10 ms ticker beside a query of 20 ms", NAME, load::ticker_slow)
}

/// A database in memory, made by this script.
async fn open(script: String) -> SqlitePool {
    // Of a database in memory there is one for each connection, which must therefore stay.
    let options =
        SqlitePoolOptions::new().max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None);
    let pool = options.connect("sqlite::memory:").await.expect("opens");
    run(&pool, script).await;
    pool
}

/// A pool on a database in a file, of as many connections, which it may test each time that it gives one out.
async fn open_file(path: &Path, connections: usize, tested: bool) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal);
    let pool = SqlitePoolOptions::new().max_connections(connections as u32).test_before_acquire(tested);
    pool.connect_with(options).await.expect("opens")
}

/// A pool of as many connections as everybody has.
async fn open_many(path: &Path, script: String, tested: bool) -> SqlitePool {
    let pool = open_file(path, CONNECTIONS, tested).await;
    run(&pool, script).await;
    pool
}

async fn run(pool: &SqlitePool, script: String) {
    sqlx::raw_sql(AssertSqlSafe(script)).execute(pool).await.expect("runs");
}
