//! Ten reads by key: one after the other, and together on one connection.

use super::database::{open_far, prepare};
use super::names::COLLECTED;
use super::read::BY_KEY;
use super::rows::user;
use futures_util::future::join_all;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key, postgres};
use kysera_bench_stage::{Entries, Variant};
use std::time::Duration;

/// Every variant.
pub fn entries() -> Entries {
    let mut entries =
        Entries::new().add("postgres: select 10 by key, one after the other", COLLECTED, one_after_the_other);
    for (case, round_trip) in Server::Postgres.pipelines() {
        entries = entries.add(case, COLLECTED, move || pipelined(round_trip));
    }
    entries
}

fn one_after_the_other() -> Variant {
    Variant::future(
        async || prepare(COLLECTED, &postgres::users(USERS), BY_KEY).await,
        async |(client, statement), turn| {
            let mut users = Vec::with_capacity(10);
            for place in 0..10 {
                users.push(user(
                    &client.query_one(statement, &[&key(10 * turn + place)]).await.expect("reads"),
                ));
            }
            users
        },
    )
}

fn pipelined(round_trip: Duration) -> Variant {
    Variant::future(
        async move || {
            let client = open_far(COLLECTED, &postgres::users(USERS), round_trip).await;
            let statement = client.prepare(BY_KEY).await.expect("prepares");
            (client, statement)
        },
        async |(client, statement), turn| {
            let (client, statement) = (&*client, &*statement);
            let read = async |id| user(&client.query_one(statement, &[&id]).await.expect("reads"));
            join_all((0..10).map(|place| read(key(10 * turn + place)))).await
        },
    )
}
