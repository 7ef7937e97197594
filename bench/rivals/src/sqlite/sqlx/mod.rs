//! SQLx on SQLite: `sqlx` takes its connection from a pool of one for each query, as an application does.
//!
//! `query_as` with `FromRow`, because the macros need a database when they are compiled.

mod read;

use kysera_bench_stage::Entries;
use sqlx::SqlitePool;
use sqlx::sqlite::SqlitePoolOptions;

const NAME: &str = "sqlx";

/// A user.
#[derive(sqlx::FromRow, Clone, Debug)]
#[expect(dead_code, reason = "rows are made, as by everybody, and looked at by nobody")]
pub struct User {
    pub id: i64,
    pub name: String,
    pub hair_color: Option<String>,
}

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add("sqlite: select 1 by key", NAME, read::by_key)
}

/// A database in memory, made by this script.
async fn open(script: String) -> SqlitePool {
    // Of a database in memory there is one for each connection, which must therefore stay.
    let options =
        SqlitePoolOptions::new().max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None);
    let pool = options.connect("sqlite::memory:").await.expect("opens");
    sqlx::raw_sql(sqlx::AssertSqlSafe(script)).execute(&pool).await.expect("runs");
    pool
}
