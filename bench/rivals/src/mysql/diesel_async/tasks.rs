//! Many tasks on a few connections, by deadpool.

use super::database::by_tcp;
use super::names::NAME;
use crate::mysql::schema::make;
use crate::tables::diesel::{User, users};
use diesel::prelude::*;
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AsyncMysqlConnection, RunQueryDsl};
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key};
use kysera_bench_stage::{Entries, Variant, tasks};

/// The pool tests each connection with a query before it gives it out: its default.
const TESTED: &str = "diesel-async, connections tested";

/// Every variant.
pub fn entries(server: Server) -> Entries {
    Entries::new()
        .add(server.case("64 tasks, 8 connections"), NAME, move || {
            by_key(server, NAME, RecyclingMethod::Fast)
        })
        .add(server.case("64 tasks, 8 connections"), TESTED, move || {
            by_key(server, TESTED, RecyclingMethod::Verified)
        })
}

fn by_key(
    server: Server,
    variant: &'static str,
    recycling: RecyclingMethod<AsyncMysqlConnection>,
) -> Variant {
    tasks(
        async move || {
            let mut config = ManagerConfig::default();
            config.recycling_method = recycling;
            let url = by_tcp(&make(server, variant, &mysql::users(USERS)).await);
            let manager = AsyncDieselConnectionManager::<AsyncMysqlConnection>::new_with_config(url, config);
            Pool::builder(manager).max_size(8).build().expect("builds")
        },
        |pool, turn| async move {
            let mut connection = pool.get().await.expect("a connection comes");
            let query = users::table.find(key(turn)).select(User::as_select());
            query.get_result::<User>(&mut connection).await.expect("reads")
        },
    )
}
