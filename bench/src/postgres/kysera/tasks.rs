//! Many tasks on a few connections.

use super::database::connect;
use crate::case::{OURS, PREPARED};
use crate::postgres::schema::make;
use crate::{prepared, queries};
use kysera::prelude::*;
use kysera_bench_stage::data::{USERS, key, postgres};
use kysera_bench_stage::{Entries, Variant, tasks};

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add("postgres: 64 tasks, 8 connections", OURS, by_key).add(
        "postgres: 64 tasks, 8 connections",
        PREPARED,
        by_key_prepared,
    )
}

fn by_key() -> Variant {
    tasks(
        async || open(OURS).await,
        |db, turn| async move { queries::by_key(key(turn)).fetch_one(&db).await.expect("reads") },
    )
}

fn by_key_prepared() -> Variant {
    tasks(
        async || open(PREPARED).await,
        |db, turn| async move { prepared::BY_KEY.bind(key(turn)).fetch_one(&db).await.expect("reads") },
    )
}

async fn open(variant: &str) -> Db {
    let schema = postgres::schema(variant);
    make(&schema, &postgres::users(USERS)).await;
    connect(&postgres::url_in(&schema), 8).await
}
