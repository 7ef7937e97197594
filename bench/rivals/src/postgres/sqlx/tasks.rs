//! Many tasks on a few connections.

use super::names::NAME;
use super::read::read_by_key;
use crate::postgres::schema::make;
use kysera_bench_stage::data::{USERS, key, postgres};
use kysera_bench_stage::{Entries, Variant, tasks};
use sqlx::postgres::PgPoolOptions;

/// The pool does not test a connection before it gives it out, which it does by default.
const UNTESTED: &str = "sqlx, connections not tested";

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add("postgres: 64 tasks, 8 connections", NAME, || by_key(NAME, true)).add(
        "postgres: 64 tasks, 8 connections",
        UNTESTED,
        || by_key(UNTESTED, false),
    )
}

fn by_key(variant: &'static str, tested: bool) -> Variant {
    tasks(
        async || {
            let url = make(variant, &postgres::users(USERS)).await;
            let options = PgPoolOptions::new().max_connections(8).test_before_acquire(tested);
            options.connect(&url).await.expect("connects")
        },
        |pool, turn| async move { read_by_key(&pool, key(turn)).await.expect("reads") },
    )
}
