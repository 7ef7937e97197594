//! Ten reads by key: one after the other, and at once on as many connections, because SQLx does not pipeline.

use super::database::{hold, open, open_far};
use super::names::{HELD, NAME};
use super::read::read_by_key;
use futures_util::future::try_join_all;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key, postgres};
use kysera_bench_stage::{Entries, Variant};
use std::time::Duration;

const JOINED: &str = "sqlx, joined on ten connections";

/// Every variant.
pub fn entries() -> Entries {
    let mut entries = Entries::new()
        .add("postgres: select 10 by key, one after the other", NAME, one_after_the_other)
        .add("postgres: select 10 by key, one after the other", HELD, one_after_the_other_held);
    for (case, round_trip) in Server::Postgres.pipelines() {
        entries = entries.add(case, JOINED, move || joined(round_trip));
    }
    entries
}

fn one_after_the_other() -> Variant {
    Variant::future(
        async || open(NAME, postgres::users(USERS)).await,
        async |pool, turn| {
            let mut found = Vec::with_capacity(10);
            for place in 0..10 {
                found.push(read_by_key(&*pool, key(10 * turn + place)).await.expect("reads"));
            }
            found
        },
    )
}

fn one_after_the_other_held() -> Variant {
    Variant::future(
        async || hold(HELD, postgres::users(USERS)).await,
        async |connection, turn| {
            let mut found = Vec::with_capacity(10);
            for place in 0..10 {
                found.push(read_by_key(&mut *connection, key(10 * turn + place)).await.expect("reads"));
            }
            found
        },
    )
}

fn joined(round_trip: Duration) -> Variant {
    Variant::future(
        async move || open_far(JOINED, postgres::users(USERS), 10, round_trip).await,
        async |pool, turn| {
            let reads = (0..10).map(|place| read_by_key(&*pool, key(10 * turn + place)));
            try_join_all(reads).await.expect("reads")
        },
    )
}
