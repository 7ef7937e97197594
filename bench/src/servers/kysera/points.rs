//! Ten reads by key: one after the other, and in one pipeline.

use super::database::{open, open_far};
use crate::case::{OURS, PREPARED};
use crate::prepared::BY_KEY;
use crate::queries::by_key;
use kysera::prelude::*;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key};
use kysera_bench_stage::{Entries, Variant};
use std::time::Duration;

/// What a pipeline is held against.
const IN_TURN: &str = "kysera, one after the other";

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let near = Duration::ZERO;
    let mut entries = Entries::new()
        .add(server.case("select 10 by key, one after the other"), OURS, move || {
            one_after_the_other(server, OURS, near)
        })
        .add(server.case("select 10 by key, one after the other"), PREPARED, move || {
            one_after_the_other_prepared(server)
        });
    for (case, round_trip) in server.pipelines() {
        entries = entries
            .add(case.clone(), IN_TURN, move || one_after_the_other(server, IN_TURN, round_trip))
            .add(case.clone(), OURS, move || pipelined(server, round_trip))
            .add(case, PREPARED, move || pipelined_prepared(server, round_trip));
    }
    entries
}

fn one_after_the_other(server: Server, variant: &'static str, round_trip: Duration) -> Variant {
    Variant::future(
        async move || open_far(server, variant, server.users(USERS), round_trip).await,
        async |db, turn| {
            let mut users = Vec::with_capacity(10);
            for place in 0..10 {
                users.push(by_key(key(10 * turn + place)).fetch_one(db).await.expect("reads"));
            }
            users
        },
    )
}

fn one_after_the_other_prepared(server: Server) -> Variant {
    Variant::future(
        async move || open(server, PREPARED, server.users(USERS)).await,
        async |db, turn| {
            let mut users = Vec::with_capacity(10);
            for place in 0..10 {
                users.push(BY_KEY.bind(key(10 * turn + place)).fetch_one(db).await.expect("reads"));
            }
            users
        },
    )
}

fn pipelined(server: Server, round_trip: Duration) -> Variant {
    Variant::future(
        async move || open_far(server, OURS, server.users(USERS), round_trip).await,
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

fn pipelined_prepared(server: Server, round_trip: Duration) -> Variant {
    Variant::future(
        async move || open_far(server, PREPARED, server.users(USERS), round_trip).await,
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
