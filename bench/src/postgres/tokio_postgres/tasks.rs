//! Many tasks on a few connections, by the pool that users of this client take.

use super::names::COLLECTED;
use super::read::BY_KEY;
use super::rows::user;
use crate::postgres::schema::make;
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use kysera_bench_stage::data::server::{Server, database};
use kysera_bench_stage::data::{USERS, key, postgres};
use kysera_bench_stage::{Entries, Variant, tasks};
use tokio_postgres::NoTls;

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add("postgres: 64 tasks, 8 connections", COLLECTED, by_key)
}

fn by_key() -> Variant {
    tasks(
        async || {
            let schema = database(COLLECTED);
            make(&schema, &postgres::users(USERS)).await;
            let config = Server::Postgres.url_in(&schema).parse().expect("the address is one");
            // The default: no test of a connection beyond whether it is closed.
            let manager = Manager::from_config(
                config,
                NoTls,
                ManagerConfig { recycling_method: RecyclingMethod::Fast },
            );
            Pool::builder(manager).max_size(8).build().expect("builds")
        },
        |pool, turn| async move {
            let client = pool.get().await.expect("a connection comes");
            let statement = client.prepare_cached(BY_KEY).await.expect("prepares");
            user(&client.query_one(&statement, &[&key(turn)]).await.expect("reads"))
        },
    )
}
