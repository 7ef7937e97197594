//! More rows than are wanted in memory at once.

use super::database::open;
use super::names::NAME;
use crate::tables::sea_orm::user;
use futures_util::TryStreamExt;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::{Entries, Variant};
use sea_orm::EntityTrait;
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
        async move || open(server, NAME, server.users(rows)).await,
        async |db, _| {
            let mut rows = user::Entity::find().stream(&*db).await.expect("runs");
            while let Some(user) = rows.try_next().await.expect("reads") {
                black_box(user);
            }
        },
    )
}
