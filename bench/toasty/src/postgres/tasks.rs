//! Many tasks on a few connections.

use super::database::connect;
use super::schema::make;
use crate::model::User;
use crate::names::NAME;
use kysera_bench_stage::data::{USERS, key, postgres};
use kysera_bench_stage::{Entries, Variant, tasks};

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add("postgres: 64 tasks, 8 connections", NAME, by_key)
}

fn by_key() -> Variant {
    tasks(
        async || connect(&make(&postgres::users(USERS)).await, 8).await,
        |mut db, turn| async move { User::get_by_id(&mut db, key(turn)).await.expect("reads") },
    )
}
