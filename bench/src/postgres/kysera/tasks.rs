//! Many tasks on a few connections.

use super::{connect, make};
use crate::case::OURS;
use crate::queries;
use kysera::prelude::*;
use kysera_bench_stage::data::{USERS, key, postgres};
use kysera_bench_stage::{Entries, Variant, tasks};

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add("postgres: 64 tasks, 8 connections", OURS, by_key)
}

fn by_key() -> Variant {
    tasks(
        async || {
            let schema = postgres::schema(OURS);
            make(&schema, &postgres::users(USERS)).await;
            connect(&postgres::url_in(&schema), 8).await
        },
        |db, turn| async move { queries::by_key(key(turn)).fetch_one(&db).await.expect("reads") },
    )
}
