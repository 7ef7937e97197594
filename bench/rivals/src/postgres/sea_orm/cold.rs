//! A process that has just begun.

use super::database::connect;
use super::names::NAME;
use crate::postgres::schema::make;
use crate::tables::sea_orm::user;
use kysera_bench_stage::data::postgres;
use kysera_bench_stage::{Entries, current_thread};
use sea_orm::EntityTrait;
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
    let db = connect(&postgres::url_in(&postgres::schema(NAME)), 1).await;
    black_box(user::Entity::find_by_id(1_i64).one(&db).await.expect("reads"));
}
