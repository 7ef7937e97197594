//! Opens the databases that a scenario runs on, each empty.

use kysera::executor::{DbBuilder, script};
use kysera::extend::driver::Driver;
use kysera::postgres::{Postgres, PostgresOptions};
use kysera::prelude::*;
use kysera::sqlite::{Sqlite, SqliteOptions};
use std::sync::atomic::{AtomicU32, Ordering};

/// Runs a scenario on every database there is, each with the plugins that `with` adds.
pub(crate) async fn each(with: impl Fn(DbBuilder) -> DbBuilder, scenario: impl AsyncFn(&Db)) {
    let sqlite = Sqlite::connect(SqliteOptions::memory()).await.unwrap();
    run(with(Db::builder(sqlite)).build().unwrap(), &scenario).await;
    if let Some(url) = kysera_testing::postgres_url() {
        run(with(Db::builder(postgres(&url).await)).build().unwrap(), &scenario).await;
    }
}

/// Runs a scenario on every database there is, without plugins.
pub(crate) async fn plain(scenario: impl AsyncFn(&Db)) {
    each(|builder| builder, scenario).await;
}

/// Every database there is, twice over the same connections: without plugins, and with those that `with` adds.
pub(crate) async fn pairs(with: impl Fn(DbBuilder) -> DbBuilder) -> Vec<(Db, Db)> {
    let sqlite = Sqlite::connect(SqliteOptions::memory()).await.unwrap();
    let mut pairs = vec![(Db::new(sqlite.clone()), with(Db::builder(sqlite)).build().unwrap())];
    if let Some(url) = kysera_testing::postgres_url() {
        let postgres = postgres(&url).await;
        pairs.push((Db::new(postgres.clone()), with(Db::builder(postgres)).build().unwrap()));
    }
    pairs
}

/// True on the database that has rows as values, schemas and row locks: where the two differ, a scenario says so.
pub(crate) fn is_postgres(db: &Db) -> bool {
    db.dialect().name() == "PostgreSQL"
}

async fn run(db: Db, scenario: &impl AsyncFn(&Db)) {
    // Captured with the test's output: it tells where a scenario failed.
    eprintln!("on {}", db.dialect().name());
    scenario(&db).await;
    db.close().await;
}

/// PostgreSQL with one connection, whose extensions are in sight; `None` where there is no server, or none with them.
pub(crate) async fn postgres_with_extensions() -> Option<Db> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let url = kysera_testing::postgres_url()?;
    let options: PostgresOptions = url.parse().unwrap();
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let schema = format!("extended_{}_{number}", std::process::id());
    let options = options.options(format!("-c search_path={schema},public")).max_connections(1);
    let db = Db::new(Postgres::connect(options).await.unwrap());
    script(format!("drop schema if exists {schema} cascade; create schema {schema}")).run(&db).await.unwrap();
    // Two at once would be in each other's way.
    static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _alone = ALONE.lock().await;
    for extension in ["citext", "ltree", "hstore"] {
        let sql = format!("create extension if not exists {extension} schema public");
        if let Err(error) = raw(sql).execute(&db).await {
            kysera_testing::skip("postgres", &format!("no extension {extension}: {error}"));
            return None;
        }
    }
    Some(db)
}

async fn postgres(url: &str) -> impl Driver + Clone {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let schema = format!("behaviour_{}_{number}", std::process::id());
    let options: PostgresOptions = url.parse().unwrap();
    let outside = Db::new(Postgres::connect(options.clone().max_connections(1)).await.unwrap());
    script(format!("drop schema if exists {schema} cascade; create schema {schema}"))
        .run(&outside)
        .await
        .unwrap();
    outside.close().await;
    Postgres::connect(options.options(format!("-c search_path={schema}")).max_connections(3)).await.unwrap()
}
