//! A process that has just begun.

use super::database::connect;
use super::names::NAME;
use crate::servers::schema::make;
use crate::tables::sea_orm::user;
use kysera_bench_stage::data::server::{Server, database};
use kysera_bench_stage::{Entries, current_thread};
use sea_orm::EntityTrait;
use std::hint::black_box;

/// Every variant.
pub fn entries(server: Server) -> Entries {
    Entries::new().add_cold(
        server.case("a fresh process to its first row"),
        NAME,
        move |_| drop(current_thread().block_on(make(server, NAME, &server.users(10)))),
        move |_| current_thread().block_on(first_row(server)),
    )
}

async fn first_row(server: Server) {
    let db = connect(&server.url_in(&database(NAME)), 1).await;
    black_box(user::Entity::find_by_id(1_i64).one(&db).await.expect("reads"));
}
