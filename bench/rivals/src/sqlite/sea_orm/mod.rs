//! SeaORM on SQLite: entities, through its pool of one connection.

mod entity;
mod read;

use kysera_bench_stage::Entries;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

const NAME: &str = "sea-orm";

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add("sqlite: select 1 by key", NAME, read::by_key)
}

/// A database in memory, made by this script.
async fn open(script: String) -> DatabaseConnection {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).min_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await.expect("opens");
    db.execute_unprepared(&script).await.expect("runs");
    db
}
