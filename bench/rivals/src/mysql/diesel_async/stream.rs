//! More rows than are wanted in memory at once.

use super::database::open;
use super::names::NAME;
use crate::tables::diesel::{User, users};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::TryStreamExt;
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::{Entries, Variant};
use std::hint::black_box;

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let mut entries = Entries::new();
    for (case, rows) in server.streams() {
        entries = entries.add(case, NAME, move || stream(server, rows));
    }
    entries
}

fn stream(server: Server, rows: i64) -> Variant {
    Variant::future(
        async move || open(server, NAME, mysql::users(rows)).await,
        async |connection, _| {
            let query = users::table.select(User::as_select());
            let mut rows = query.load_stream::<User>(connection).await.expect("runs");
            while let Some(user) = rows.try_next().await.expect("reads") {
                black_box(user);
            }
        },
    )
}
