//! A process that has just begun.

use super::names::NAME;
use crate::postgres::schema::make;
use crate::tables::diesel::{User, users};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use kysera_bench_stage::data::postgres;
use kysera_bench_stage::data::server::{Server, database};
use kysera_bench_stage::{Entries, current_thread};
use std::hint::black_box;

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add_cold(
        "postgres: a fresh process to its first row",
        NAME,
        |_| drop(current_thread().block_on(make(NAME, &postgres::users(10)))),
        |_| current_thread().block_on(first_row()),
    )
}

async fn first_row() {
    let url = Server::Postgres.url_in(&database(NAME));
    let mut connection = AsyncPgConnection::establish(&url).await.expect("connects");
    let query = users::table.find(1).select(User::as_select());
    black_box(query.get_result::<User>(&mut connection).await.expect("reads"));
}
