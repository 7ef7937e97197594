//! More rows than are wanted in memory at once.

use super::database::open;
use crate::case::OURS;
use crate::queries;
use kysera::prelude::*;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::{Entries, Variant};
use std::hint::black_box;

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let mut entries = Entries::new();
    for (case, rows) in server.streams() {
        entries = entries.add(case, OURS, move || stream(server, rows));
    }
    entries
}

fn stream(server: Server, rows: i64) -> Variant {
    Variant::future(
        async move || open(server, OURS, server.users(rows)).await,
        async |db, _| {
            let mut rows = queries::all().fetch_stream(&*db);
            while let Some(user) = rows.next().await {
                black_box(user.expect("reads"));
            }
        },
    )
}
