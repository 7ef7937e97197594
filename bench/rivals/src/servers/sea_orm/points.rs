//! Ten reads by key: one after the other, and at once on as many connections, because SeaORM does not pipeline.

use super::database::{open, open_far};
use super::names::NAME;
use crate::tables::sea_orm::user;
use futures_util::future::try_join_all;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key};
use kysera_bench_stage::{Entries, Variant};
use sea_orm::EntityTrait;
use std::time::Duration;

const JOINED: &str = "sea-orm, joined on ten connections";

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let mut entries =
        Entries::new().add(server.case("select 10 by key, one after the other"), NAME, move || {
            one_after_the_other(server)
        });
    for (case, round_trip) in server.pipelines() {
        entries = entries.add(case, JOINED, move || joined(server, round_trip));
    }
    entries
}

fn one_after_the_other(server: Server) -> Variant {
    Variant::future(
        async move || open(server, NAME, server.users(USERS)).await,
        async |db, turn| {
            let mut found = Vec::with_capacity(10);
            for place in 0..10 {
                found.push(user::Entity::find_by_id(key(10 * turn + place)).one(&*db).await.expect("reads"));
            }
            found
        },
    )
}

fn joined(server: Server, round_trip: Duration) -> Variant {
    Variant::future(
        async move || open_far(server, JOINED, server.users(USERS), 10, round_trip).await,
        async |db, turn| {
            let reads = (0..10).map(|place| user::Entity::find_by_id(key(10 * turn + place)).one(&*db));
            try_join_all(reads).await.expect("reads")
        },
    )
}
