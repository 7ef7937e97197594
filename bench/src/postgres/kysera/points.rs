//! Ten reads by key: one after the other, and in one pipeline.

use super::database::{open, open_far};
use crate::case::{OURS, PREPARED};
use crate::prepared::BY_KEY;
use crate::queries::by_key;
use kysera::prelude::*;
use kysera_bench_stage::data::{USERS, key, postgres};
use kysera_bench_stage::{Entries, Variant};
use std::time::Duration;

/// What a pipeline is held against.
const IN_TURN: &str = "kysera, one after the other";

/// Every variant.
pub fn entries() -> Entries {
    let near = Duration::ZERO;
    let mut entries = Entries::new()
        .add("postgres: select 10 by key, one after the other", OURS, move || one_after_the_other(OURS, near))
        .add("postgres: select 10 by key, one after the other", PREPARED, one_after_the_other_prepared);
    for (case, round_trip) in postgres::pipelines() {
        entries = entries
            .add(case, IN_TURN, move || one_after_the_other(IN_TURN, round_trip))
            .add(case, OURS, move || pipelined(round_trip))
            .add(case, PREPARED, move || pipelined_prepared(round_trip));
    }
    entries
}

fn one_after_the_other(variant: &'static str, round_trip: Duration) -> Variant {
    Variant::future(
        async move || open_far(variant, postgres::users(USERS), round_trip).await,
        async |db, turn| {
            let mut users = Vec::with_capacity(10);
            for place in 0..10 {
                users.push(by_key(key(10 * turn + place)).fetch_one(db).await.expect("reads"));
            }
            users
        },
    )
}

fn one_after_the_other_prepared() -> Variant {
    Variant::future(
        async || open(PREPARED, postgres::users(USERS)).await,
        async |db, turn| {
            let mut users = Vec::with_capacity(10);
            for place in 0..10 {
                users.push(BY_KEY.bind(key(10 * turn + place)).fetch_one(db).await.expect("reads"));
            }
            users
        },
    )
}

fn pipelined(round_trip: Duration) -> Variant {
    Variant::future(
        async move || open_far(OURS, postgres::users(USERS), round_trip).await,
        async |db, turn| {
            let key = |place| key(10 * turn + place);
            let users = db
                .pipeline()
                .fetch_one(by_key(key(0)))
                .fetch_one(by_key(key(1)))
                .fetch_one(by_key(key(2)))
                .fetch_one(by_key(key(3)))
                .fetch_one(by_key(key(4)))
                .fetch_one(by_key(key(5)))
                .fetch_one(by_key(key(6)))
                .fetch_one(by_key(key(7)))
                .fetch_one(by_key(key(8)))
                .fetch_one(by_key(key(9)));
            users.run().await.expect("reads")
        },
    )
}

fn pipelined_prepared(round_trip: Duration) -> Variant {
    Variant::future(
        async move || open_far(PREPARED, postgres::users(USERS), round_trip).await,
        async |db, turn| {
            let key = |place| key(10 * turn + place);
            let users = db
                .pipeline()
                .fetch_one(BY_KEY.bind(key(0)))
                .fetch_one(BY_KEY.bind(key(1)))
                .fetch_one(BY_KEY.bind(key(2)))
                .fetch_one(BY_KEY.bind(key(3)))
                .fetch_one(BY_KEY.bind(key(4)))
                .fetch_one(BY_KEY.bind(key(5)))
                .fetch_one(BY_KEY.bind(key(6)))
                .fetch_one(BY_KEY.bind(key(7)))
                .fetch_one(BY_KEY.bind(key(8)))
                .fetch_one(BY_KEY.bind(key(9)));
            users.run().await.expect("reads")
        },
    )
}
