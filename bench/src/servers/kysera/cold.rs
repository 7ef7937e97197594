//! A process that has just begun.

use super::database::connect;
use crate::case::OURS;
use crate::queries;
use crate::servers::schema::make;
use kysera::prelude::*;
use kysera_bench_stage::data::server::{Server, database};
use kysera_bench_stage::{Entries, current_thread};
use std::hint::black_box;

/// Every variant.
pub fn entries(server: Server) -> Entries {
    Entries::new().add_cold(
        server.case("a fresh process to its first row"),
        OURS,
        move |_| drop(current_thread().block_on(make(server, OURS, &server.users(10)))),
        move |_| current_thread().block_on(first_row(server)),
    )
}

async fn first_row(server: Server) {
    let db = connect(&server.url_in(&database(OURS)), 1).await;
    black_box(queries::by_key(1).fetch_one(&db).await.expect("reads"));
}
