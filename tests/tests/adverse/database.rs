//! The databases of one test, and a wait that ends.

use kysera::executor::script;
use kysera::postgres::{Postgres, PostgresOptions};
use kysera::prelude::*;
use kysera::sqlite::{Sqlite, SqliteOptions};
use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

/// A future's output; what would hang fails instead.
pub(crate) async fn in_time<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("this hangs")
}

/// SQLite in memory and, where there is a server, a schema of PostgreSQL: both empty.
pub(crate) async fn open_each(test: &str) -> Vec<Db> {
    let mut each = vec![Db::new(Sqlite::connect(SqliteOptions::memory()).await.unwrap())];
    if let Some(options) = postgres_options(test).await {
        each.push(Db::new(Postgres::connect(options).await.unwrap()));
    }
    each
}

/// How to reach an empty schema of PostgreSQL; `None`, said aloud, when there is no server.
pub(crate) async fn postgres_options(test: &str) -> Option<PostgresOptions> {
    let options: PostgresOptions = kysera_testing::postgres_url()?.parse().unwrap();
    let schema = format!("adverse_{test}");
    let server = Db::new(Postgres::connect(options.clone()).await.unwrap());
    let anew = format!("drop schema if exists {schema} cascade; create schema {schema}");
    script(anew).run(&server).await.unwrap();
    server.close().await;
    Some(
        options.options(format!("-c search_path={schema} -c client_min_messages=warning")).max_connections(8),
    )
}

/// A folder of its own for a test, empty.
pub(crate) fn folder(test: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("kysera_adverse_{}_{test}", std::process::id()));
    // It is not there unless an earlier process of the same number left it.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// True when it is SQLite: for what the two are known to treat differently.
pub(crate) fn is_sqlite(db: &Db) -> bool {
    db.dialect().name() == "SQLite"
}
