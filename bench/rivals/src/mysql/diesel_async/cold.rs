//! A process that has just begun.

use super::database::connect;
use super::names::NAME;
use crate::mysql::schema::make;
use crate::tables::diesel::{User, users};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::{Server, database};
use kysera_bench_stage::{Entries, current_thread};
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
    let mut connection = connect(&server.url_in(&database(NAME))).await;
    let query = users::table.find(1).select(User::as_select());
    black_box(query.get_result::<User>(&mut connection).await.expect("reads"));
}
