//! Ten reads by key: one after the other, and pipelined as the documentation of its connection shows.

use super::database::{open, open_far};
use super::names::NAME;
use crate::tables::diesel::{User, users};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::future::try_join_all;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key, postgres};
use kysera_bench_stage::{Entries, Variant};
use std::time::Duration;

/// Every variant.
pub fn entries() -> Entries {
    let mut entries =
        Entries::new().add("postgres: select 10 by key, one after the other", NAME, one_after_the_other);
    for (case, round_trip) in Server::Postgres.pipelines() {
        entries = entries.add(case, NAME, move || pipelined(round_trip));
    }
    entries
}

fn one_after_the_other() -> Variant {
    Variant::future(
        async || open(NAME, postgres::users(USERS)).await,
        async |connection, turn| {
            let mut found: Vec<User> = Vec::with_capacity(10);
            for place in 0..10 {
                let query = users::table.find(key(10 * turn + place)).select(User::as_select());
                found.push(query.get_result(connection).await.expect("reads"));
            }
            found
        },
    )
}

fn pipelined(round_trip: Duration) -> Variant {
    Variant::future(
        async move || open_far(NAME, postgres::users(USERS), round_trip).await,
        async |connection, turn| -> Vec<User> {
            let connection = &*connection;
            let reads = (0..10).map(|place| {
                users::table
                    .find(key(10 * turn + place))
                    .select(User::as_select())
                    .get_result(&mut &*connection)
            });
            try_join_all(reads).await.expect("reads")
        },
    )
}
