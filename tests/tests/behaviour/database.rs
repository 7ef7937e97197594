//! Opens the databases that a scenario runs on, each empty.

use kysera::executor::{DbBuilder, script};
use kysera::extend::driver::Driver;
use kysera::mysql::{MySql, MySqlOptions};
use kysera::postgres::{Postgres, PostgresOptions};
use kysera::prelude::*;
use kysera::sqlite::{Sqlite, SqliteOptions};
use std::any::Any;
use std::fmt::Debug;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;

/// What a scenario runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Server {
    Sqlite,
    Postgres,
    MySql,
    MariaDb,
}

/// Runs a scenario on every database there is, each with the plugins that `with` adds.
pub(crate) async fn each(with: impl Fn(DbBuilder) -> DbBuilder, scenario: impl AsyncFn(&Db)) {
    pairs(with, async |_, db| scenario(db).await).await;
}

/// Runs a scenario on every database there is, without plugins.
pub(crate) async fn plain(scenario: impl AsyncFn(&Db)) {
    each(|builder| builder, scenario).await;
}

/// Runs a scenario on every database there is, twice over the same connections: without plugins, and with those that
/// `with` adds.
pub(crate) async fn pairs(with: impl Fn(DbBuilder) -> DbBuilder, scenario: impl AsyncFn(&Db, &Db)) {
    builders(async |builder| {
        let plain = builder().build().unwrap();
        let db = with(builder()).build().unwrap();
        scenario(&plain, &db).await;
    })
    .await;
}

/// Runs a scenario on every database there is, with what makes handles of it.
pub(crate) async fn builders(scenario: impl AsyncFn(&dyn Fn() -> DbBuilder)) {
    for server in [Server::Sqlite, Server::Postgres, Server::MySql, Server::MariaDb] {
        let Some(database) = open(server).await else { continue };
        let db = (database.builder)().build().unwrap();
        // Captured with the test's output: it tells where a scenario failed.
        eprintln!("on {}", db.dialect().name());
        let ended = caught(scenario(&*database.builder)).await;
        db.close().await;
        if let Some(drop) = database.drop {
            let outside = Db::new(MySql::connect(drop.options).await.unwrap());
            script(format!("drop database {}", drop.name)).run(&outside).await.unwrap();
            outside.close().await;
        }
        if let Err(panic) = ended {
            resume_unwind(panic);
        }
    }
}

/// True on the database that has rows as values, schemas and row locks: where it differs from the others, a scenario
/// says so.
pub(crate) fn is_postgres(db: &Db) -> bool {
    db.dialect().name() == "PostgreSQL"
}

/// True on the database without types of its own for most of what Rust has.
pub(crate) fn is_sqlite(db: &Db) -> bool {
    db.dialect().name() == "SQLite"
}

/// True on MySQL and MariaDB.
pub(crate) fn is_mysql(db: &Db) -> bool {
    matches!(db.dialect().name(), "MySQL" | "MariaDB")
}

/// True where a float may be infinite.
pub(crate) fn has_infinity(db: &Db) -> bool {
    !is_mysql(db)
}

/// What a full join gives; `None` where the database has none, which is said before anything is sent, with what to do
/// instead.
#[track_caller]
pub(crate) fn full_join<T: Debug>(db: &Db, result: kysera::Result<T>) -> Option<T> {
    if !is_mysql(db) {
        return Some(result.unwrap());
    }
    let error = result.unwrap_err();
    assert_eq!(error.kind(), kysera::ErrorKind::Unsupported, "{error}");
    assert!(error.to_string().ends_with("has no full join: unite a left join and a right join"), "{error}");
    None
}

/// An empty database.
struct Database {
    builder: Box<dyn Fn() -> DbBuilder>,
    drop: Option<Named>,
}

/// A database that is dropped at the end, and how to reach its server.
struct Named {
    name: String,
    options: MySqlOptions,
}

impl Database {
    fn new(driver: impl Driver + Clone, drop: Option<Named>) -> Database {
        Database { builder: Box::new(move || Db::builder(driver.clone())), drop }
    }
}

/// An empty database; `None` where there is no server.
async fn open(server: Server) -> Option<Database> {
    let url = match server {
        Server::Sqlite => {
            let sqlite = Sqlite::connect(SqliteOptions::memory()).await.unwrap();
            return Some(Database::new(sqlite, None));
        }
        Server::Postgres => {
            let url = kysera_testing::postgres_url()?;
            return Some(Database::new(postgres(&url).await, None));
        }
        Server::MySql => kysera_testing::mysql_url()?,
        Server::MariaDb => kysera_testing::mariadb_url()?,
    };
    let options: MySqlOptions = url.parse().unwrap();
    let options = options.max_connections(1);
    let name = format!("behaviour_{}_{}", std::process::id(), next_number());
    let outside = Db::new(MySql::connect(options.clone()).await.unwrap());
    script(format!("drop database if exists {name}; create database {name} character set utf8mb4"))
        .run(&outside)
        .await
        .unwrap();
    outside.close().await;
    let driver = MySql::connect(options.clone().database(&name).max_connections(3)).await.unwrap();
    Some(Database::new(driver, Some(Named { name, options })))
}

fn next_number() -> u32 {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

/// What a future gives, or how it panicked.
async fn caught<T>(future: impl Future<Output = T>) -> Result<T, Box<dyn Any + Send>> {
    let mut future = pin!(future);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

/// PostgreSQL with one connection, whose extensions are in sight; `None` where there is no server, or none with them.
pub(crate) async fn postgres_with_extensions() -> Option<Db> {
    let url = kysera_testing::postgres_url()?;
    let options: PostgresOptions = url.parse().unwrap();
    let schema = format!("extended_{}_{}", std::process::id(), next_number());
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
    let schema = format!("behaviour_{}_{}", std::process::id(), next_number());
    let options: PostgresOptions = url.parse().unwrap();
    let outside = Db::new(Postgres::connect(options.clone().max_connections(1)).await.unwrap());
    script(format!("drop schema if exists {schema} cascade; create schema {schema}"))
        .run(&outside)
        .await
        .unwrap();
    outside.close().await;
    Postgres::connect(options.options(format!("-c search_path={schema}")).max_connections(3)).await.unwrap()
}
