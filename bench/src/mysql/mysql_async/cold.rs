//! A process that has just begun.

use super::names::NAME;
use super::read::BY_KEY;
use super::rows::{UserRow, user};
use crate::mysql::schema::{connect, make};
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::{Server, database};
use kysera_bench_stage::{Entries, current_thread};
use mysql_async::prelude::Queryable;
use std::hint::black_box;

/// Every variant.
pub fn entries(server: Server) -> Entries {
    Entries::new().add_cold(
        server.case("a fresh process to its first row"),
        NAME,
        move |_| drop(current_thread().block_on(make(server, NAME, &mysql::users(10)))),
        move |_| current_thread().block_on(first_row(server)),
    )
}

async fn first_row(server: Server) {
    let mut conn = connect(&server.url_in(&database(NAME))).await;
    let row: Option<UserRow> = conn.exec_first(BY_KEY, (1_i64,)).await.expect("reads");
    black_box(row.map(user));
}
