//! Ten reads by key: one after the other, and at once on as many connections, because SeaORM does not pipeline.

use super::entity::user;
use super::{NAME, open, open_far};
use futures_util::future::try_join_all;
use kysera_bench_stage::data::{USERS, key, postgres};
use kysera_bench_stage::{Entries, Variant};
use sea_orm::EntityTrait;
use std::time::Duration;

const JOINED: &str = "sea-orm, joined on ten connections";

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add("postgres: select 10 by key, one after the other", NAME, one_after_the_other).add(
        "postgres: select 10 by key, pipelined",
        JOINED,
        joined,
    )
}

fn one_after_the_other() -> Variant {
    Variant::future(
        async || open(NAME, postgres::users(USERS)).await,
        async |db, turn| {
            let mut found = Vec::with_capacity(10);
            for place in 0..10 {
                found.push(user::Entity::find_by_id(key(10 * turn + place)).one(&*db).await.expect("reads"));
            }
            found
        },
    )
}

fn joined() -> Variant {
    Variant::future(
        async || open_far(JOINED, postgres::users(USERS), 10, Duration::ZERO).await,
        async |db, turn| {
            let reads = (0..10).map(|place| user::Entity::find_by_id(key(10 * turn + place)).one(&*db));
            try_join_all(reads).await.expect("reads")
        },
    )
}
