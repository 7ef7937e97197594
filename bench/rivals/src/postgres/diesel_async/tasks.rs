//! Many tasks on a few connections, by deadpool.

use super::names::NAME;
use crate::postgres::schema::make;
use crate::tables::diesel::{User, users};
use diesel::prelude::*;
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kysera_bench_stage::data::{USERS, key, postgres};
use kysera_bench_stage::{Entries, Variant, tasks};

/// The pool tests each connection with a query before it gives it out: its default.
const TESTED: &str = "diesel-async, connections tested";

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add("postgres: 64 tasks, 8 connections", NAME, || by_key(NAME, RecyclingMethod::Fast)).add(
        "postgres: 64 tasks, 8 connections",
        TESTED,
        || by_key(TESTED, RecyclingMethod::Verified),
    )
}

fn by_key(variant: &'static str, recycling: RecyclingMethod<AsyncPgConnection>) -> Variant {
    tasks(
        async || {
            let mut config = ManagerConfig::default();
            config.recycling_method = recycling;
            let url = make(variant, &postgres::users(USERS)).await;
            let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new_with_config(url, config);
            Pool::builder(manager).max_size(8).build().expect("builds")
        },
        |pool, turn| async move {
            let mut connection = pool.get().await.expect("a connection comes");
            let query = users::table.find(key(turn)).select(User::as_select());
            query.get_result::<User>(&mut connection).await.expect("reads")
        },
    )
}
