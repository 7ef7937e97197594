//! Many tasks on a few connections.

use super::database::connect;
use super::names::NAME;
use crate::postgres::schema::make;
use crate::tables::sea_orm::user;
use kysera_bench_stage::data::{USERS, key, postgres};
use kysera_bench_stage::{Entries, Variant, tasks};
use sea_orm::EntityTrait;

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add("postgres: 64 tasks, 8 connections", NAME, by_key)
}

fn by_key() -> Variant {
    tasks(
        async || connect(&make(NAME, &postgres::users(USERS)).await, 8).await,
        |db, turn| async move {
            user::Entity::find_by_id(key(turn)).one(&db).await.expect("reads").expect("is there")
        },
    )
}
