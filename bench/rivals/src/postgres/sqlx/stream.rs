//! More rows than are wanted in memory at once.

use super::database::open;
use super::names::NAME;
use crate::tables::sqlx::User;
use futures_util::TryStreamExt;
use kysera_bench_stage::data::postgres;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::{Entries, Variant};
use std::hint::black_box;

/// Every variant.
pub fn entries() -> Entries {
    let mut entries = Entries::new();
    for (case, rows) in Server::Postgres.streams() {
        entries = entries.add(case, NAME, move || stream(rows));
    }
    entries
}

fn stream(rows: i64) -> Variant {
    Variant::future(
        async || open(NAME, postgres::users(rows)).await,
        async |pool, _| {
            let mut rows = sqlx::query_as::<_, User>("select id, name, hair_color from users").fetch(&*pool);
            while let Some(user) = rows.try_next().await.expect("reads") {
                black_box(user);
            }
        },
    )
}
