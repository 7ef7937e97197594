//! A process that has just begun.

use super::names::COLLECTED;
use super::read::BY_KEY;
use super::rows::user;
use crate::postgres::schema::make;
use crate::postgres::session::connect;
use kysera_bench_stage::data::postgres;
use kysera_bench_stage::data::server::{Server, database};
use kysera_bench_stage::{Entries, current_thread};
use std::hint::black_box;

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add_cold(
        "postgres: a fresh process to its first row",
        COLLECTED,
        |_| current_thread().block_on(make(&database(COLLECTED), &postgres::users(10))),
        |_| current_thread().block_on(first_row()),
    )
}

async fn first_row() {
    let client = connect(&Server::Postgres.url_in(&database(COLLECTED))).await;
    black_box(user(&client.query_one(BY_KEY, &[&1_i64]).await.expect("reads")));
}
