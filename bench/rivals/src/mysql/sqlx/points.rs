//! Ten reads by key: one after the other, and at once on as many connections, because SQLx does not pipeline.

use super::database::{hold, open, open_far};
use super::names::{HELD, NAME};
use super::read::read_by_key;
use futures_util::future::try_join_all;
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key};
use kysera_bench_stage::{Entries, Variant};
use std::time::Duration;

const JOINED: &str = "sqlx, joined on ten connections";

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let mut entries = Entries::new()
        .add(server.case("select 10 by key, one after the other"), NAME, move || one_after_the_other(server))
        .add(server.case("select 10 by key, one after the other"), HELD, move || {
            one_after_the_other_held(server)
        });
    for (case, round_trip) in server.pipelines() {
        entries = entries.add(case, JOINED, move || joined(server, round_trip));
    }
    entries
}

fn one_after_the_other(server: Server) -> Variant {
    Variant::future(
        async move || open(server, NAME, mysql::users(USERS)).await,
        async |pool, turn| {
            let mut found = Vec::with_capacity(10);
            for place in 0..10 {
                found.push(read_by_key(&*pool, key(10 * turn + place)).await.expect("reads"));
            }
            found
        },
    )
}

fn one_after_the_other_held(server: Server) -> Variant {
    Variant::future(
        async move || hold(server, HELD, mysql::users(USERS)).await,
        async |connection, turn| {
            let mut found = Vec::with_capacity(10);
            for place in 0..10 {
                found.push(read_by_key(&mut *connection, key(10 * turn + place)).await.expect("reads"));
            }
            found
        },
    )
}

fn joined(server: Server, round_trip: Duration) -> Variant {
    Variant::future(
        async move || open_far(server, JOINED, mysql::users(USERS), 10, round_trip).await,
        async |pool, turn| {
            let reads = (0..10).map(|place| read_by_key(&*pool, key(10 * turn + place)));
            try_join_all(reads).await.expect("reads")
        },
    )
}
