//! A process that has just begun.

use super::database::connect;
use super::schema::make;
use crate::model::User;
use crate::names::NAME;
use kysera_bench_stage::data::postgres;
use kysera_bench_stage::data::server::{Server, database};
use kysera_bench_stage::{Entries, current_thread};
use std::hint::black_box;

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add_cold(
        "postgres: a fresh process to its first row",
        NAME,
        |_| drop(current_thread().block_on(make(&postgres::users(10)))),
        |_| current_thread().block_on(first_row()),
    )
}

async fn first_row() {
    let mut db = connect(&Server::Postgres.url_in(&database(NAME)), 1).await;
    black_box(User::get_by_id(&mut db, 1_i64).await.expect("reads"));
}
