//! The database of a variant, through a pool.

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use std::path::Path;

/// A database in memory, made by this script.
pub async fn open(script: String) -> DatabaseConnection {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).min_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await.expect("opens");
    db.execute_unprepared(&script).await.expect("runs");
    db
}

/// A pool on a database in a file, of as many connections.
pub async fn open_file(path: &Path, connections: usize) -> DatabaseConnection {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
    options.max_connections(connections as u32).sqlx_logging(false);
    options.map_sqlx_sqlite_opts(|options| {
        options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Normal)
    });
    Database::connect(options).await.expect("opens")
}
