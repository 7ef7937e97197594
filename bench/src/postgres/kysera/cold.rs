//! A process that has just begun.

use super::database::connect;
use crate::case::OURS;
use crate::postgres::schema::make;
use crate::queries;
use kysera::prelude::*;
use kysera_bench_stage::data::postgres;
use kysera_bench_stage::{Entries, current_thread};
use std::hint::black_box;

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add_cold(
        "postgres: a fresh process to its first row",
        OURS,
        |_| current_thread().block_on(make(&postgres::schema(OURS), &postgres::users(10))),
        |_| current_thread().block_on(first_row()),
    )
}

async fn first_row() {
    let db = connect(&postgres::url_in(&postgres::schema(OURS)), 1).await;
    black_box(queries::by_key(1).fetch_one(&db).await.expect("reads"));
}
