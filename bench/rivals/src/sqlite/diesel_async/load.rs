//! Reads, loads, and what tasks beside them feel.

use crate::tables::diesel::{User, users};
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection, RunQueryDsl, SimpleAsyncConnection};
use kysera_bench_stage::data::{self, CONNECTIONS, USERS, key, sqlite};
use kysera_bench_stage::{Variant, data_folder, tasks, ticker};
use std::sync::Arc;

type Connection = SyncConnectionWrapper<SqliteConnection>;

async fn open(script: String) -> Connection {
    let mut connection = Connection::establish(":memory:").await.expect("opens");
    connection.batch_execute(&script).await.expect("runs");
    connection
}

async fn one(connection: &mut Connection, id: i64) -> User {
    // Without the limit of `first`, as in Diesel's variant.
    users::table.find(id).select(User::as_select()).get_result(connection).await.expect("reads")
}

async fn everybody(connection: &mut Connection) -> Vec<User> {
    users::table.select(User::as_select()).load(connection).await.expect("reads")
}

/// One user, by key.
pub fn by_key() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |connection, turn| one(connection, key(turn)).await,
    )
}

/// Every user.
pub fn all() -> Variant {
    Variant::future(
        async || open(sqlite::users(10_000)).await,
        async |connection, _| everybody(connection).await,
    )
}

pub fn ticker_by_key() -> Variant {
    ticker(
        async || open(sqlite::users(USERS)).await,
        async |connection, turn| one(connection, key(turn)).await,
    )
}

pub fn ticker_all() -> Variant {
    ticker(async || open(sqlite::users(10_000)).await, async |connection, _| everybody(connection).await)
}

/// Point reads of many tasks.
pub fn reads() -> Variant {
    on_file(false)
}

/// Point reads of many tasks, and writes among them.
pub fn writes() -> Variant {
    on_file(true)
}

fn on_file(with_writes: bool) -> Variant {
    tasks(
        async || {
            let folder = Arc::new(data_folder());
            let path = folder.path().join("tasks.db").to_str().expect("a plain path").to_owned();
            let mut config = ManagerConfig::default();
            // Without a query to test each connection that is given out: its documentation calls that a safe choice.
            config.recycling_method = RecyclingMethod::Fast;
            config.custom_setup = Box::new(|url| {
                Box::pin(async move {
                    let mut connection = Connection::establish(url).await?;
                    let set = connection.batch_execute(sqlite::FILE).await;
                    set.map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
                    Ok(connection)
                })
            });
            let manager = AsyncDieselConnectionManager::<Connection>::new_with_config(path, config);
            let pool = Pool::builder(manager).max_size(CONNECTIONS).build().expect("builds");
            let mut connection = pool.get().await.expect("opens");
            connection.batch_execute(&sqlite::users(USERS)).await.expect("runs");
            drop(connection);
            (pool, folder)
        },
        move |(pool, _folder), turn| async move {
            let mut connection = pool.get().await.expect("there is one soon");
            if with_writes && data::writes(turn) {
                let query = diesel::update(users::table.find(key(turn))).set(users::name.eq("renamed"));
                query.execute(&mut connection).await.expect("updates");
            } else {
                one(&mut connection, key(turn)).await;
            }
        },
    )
}
