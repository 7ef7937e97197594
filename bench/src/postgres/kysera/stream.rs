//! More rows than are wanted in memory at once.

use super::database::open;
use crate::case::OURS;
use crate::queries;
use kysera::prelude::*;
use kysera_bench_stage::data::postgres;
use kysera_bench_stage::{Entries, Variant};
use std::hint::black_box;

/// Every variant.
pub fn entries() -> Entries {
    let mut entries = Entries::new();
    for (case, rows) in postgres::streams() {
        entries = entries.add(case, OURS, move || stream(rows));
    }
    entries
}

fn stream(rows: i64) -> Variant {
    Variant::future(
        async || open(OURS, postgres::users(rows)).await,
        async |db, _| {
            let mut rows = queries::all().fetch_stream(&*db);
            while let Some(user) = rows.next().await {
                black_box(user.expect("reads"));
            }
        },
    )
}
