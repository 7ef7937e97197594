//! Many tasks on a few connections.

use super::database::options;
use super::names::NAME;
use super::read::read_by_key;
use crate::mysql::schema::make;
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key};
use kysera_bench_stage::{Entries, Variant, tasks};
use sqlx::mysql::MySqlPoolOptions;

/// The pool does not test a connection before it gives it out, which it does by default.
const UNTESTED: &str = "sqlx, connections not tested";

/// Every variant.
pub fn entries(server: Server) -> Entries {
    Entries::new().add(server.case("64 tasks, 8 connections"), NAME, move || by_key(server, NAME, true)).add(
        server.case("64 tasks, 8 connections"),
        UNTESTED,
        move || by_key(server, UNTESTED, false),
    )
}

fn by_key(server: Server, variant: &'static str, tested: bool) -> Variant {
    tasks(
        async move || {
            let url = make(server, variant, &mysql::users(USERS)).await;
            let pool = MySqlPoolOptions::new().max_connections(8).test_before_acquire(tested);
            pool.connect_with(options(&url)).await.expect("connects")
        },
        |pool, turn| async move { read_by_key(&pool, key(turn)).await.expect("reads") },
    )
}
