//! Ten reads by key, one after the other: its connection has no pipeline on MySQL.

use super::database::open_far;
use super::names::NAME;
use crate::tables::diesel::{User, users};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key};
use kysera_bench_stage::{Entries, Variant};
use std::time::Duration;

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let case = server.case("select 10 by key, one after the other");
    let mut entries = Entries::new().add(case, NAME, move || in_turn(server, Duration::ZERO));
    for (case, round_trip) in server.pipelines() {
        entries = entries.add(case, NAME, move || in_turn(server, round_trip));
    }
    entries
}

fn in_turn(server: Server, round_trip: Duration) -> Variant {
    Variant::future(
        async move || open_far(server, NAME, mysql::users(USERS), round_trip).await,
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
