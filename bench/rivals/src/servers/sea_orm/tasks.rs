//! Many tasks on a few connections.

use super::database::connect;
use super::names::NAME;
use crate::servers::schema::make;
use crate::tables::sea_orm::user;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key};
use kysera_bench_stage::{Entries, Variant, tasks};
use sea_orm::EntityTrait;

/// Every variant.
pub fn entries(server: Server) -> Entries {
    Entries::new().add(server.case("64 tasks, 8 connections"), NAME, move || by_key(server))
}

fn by_key(server: Server) -> Variant {
    tasks(
        async move || connect(&make(server, NAME, &server.users(USERS)).await, 8).await,
        |db, turn| async move {
            user::Entity::find_by_id(key(turn)).one(&db).await.expect("reads").expect("is there")
        },
    )
}
