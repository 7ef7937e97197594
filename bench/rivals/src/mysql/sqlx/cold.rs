//! A process that has just begun.

use super::database::{connect, connect_held};
use super::names::{HELD, NAME};
use super::read::read_by_key;
use crate::mysql::schema::make;
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::{Server, database};
use kysera_bench_stage::{Entries, current_thread};
use std::hint::black_box;

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let case = server.case("a fresh process to its first row");
    Entries::new()
        .add_cold(
            case.clone(),
            NAME,
            move |_| schema(server, NAME),
            move |_| current_thread().block_on(first_row(server)),
        )
        .add_cold(
            case,
            HELD,
            move |_| schema(server, HELD),
            move |_| current_thread().block_on(first_row_held(server)),
        )
}

fn schema(server: Server, variant: &str) {
    drop(current_thread().block_on(make(server, variant, &mysql::users(10))));
}

async fn first_row(server: Server) {
    let pool = connect(&server.url_in(&database(NAME)), 1).await;
    black_box(read_by_key(&pool, 1).await.expect("reads"));
}

async fn first_row_held(server: Server) {
    let mut connection = connect_held(&server.url_in(&database(HELD))).await;
    black_box(read_by_key(&mut connection, 1).await.expect("reads"));
}
