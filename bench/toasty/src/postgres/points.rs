//! Ten reads by key: one after the other, and in a batch, whose queries give lists.

use super::database::{open, open_far};
use crate::model::User;
use crate::names::NAME;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key, postgres};
use kysera_bench_stage::{Entries, Variant};
use std::time::Duration;

/// Every variant.
pub fn entries() -> Entries {
    let mut entries =
        Entries::new().add("postgres: select 10 by key, one after the other", NAME, one_after_the_other);
    for (case, round_trip) in Server::Postgres.pipelines() {
        entries = entries.add(case, "toasty, batch", move || batch(round_trip));
    }
    entries
}

fn one_after_the_other() -> Variant {
    Variant::future(
        async || open(postgres::users(USERS)).await,
        async |db, turn| {
            let mut found = Vec::with_capacity(10);
            for place in 0..10 {
                found.push(User::get_by_id(db, key(10 * turn + place)).await.expect("reads"));
            }
            found
        },
    )
}

fn batch(round_trip: Duration) -> Variant {
    Variant::future(
        async move || open_far(postgres::users(USERS), round_trip).await,
        async |db, turn| {
            let reads: Vec<_> = (0..10).map(|place| User::filter_by_id(key(10 * turn + place))).collect();
            toasty::batch(reads).exec(db).await.expect("reads")
        },
    )
}
