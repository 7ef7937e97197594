//! More rows than are wanted in memory at once.

use super::database::prepare;
use super::names::{COLLECTED, STREAMED};
use super::rows::user;
use futures_util::{TryStreamExt, pin_mut};
use kysera_bench_stage::data::postgres;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::{Entries, Variant};
use std::hint::black_box;

const ALL: &str = "select id, name, hair_color from users";

/// Every variant.
pub fn entries() -> Entries {
    let mut entries = Entries::new();
    for (case, rows) in Server::Postgres.streams() {
        entries =
            entries
                .add(case.clone(), COLLECTED, move || collected(rows))
                .add(case, STREAMED, move || streamed(rows));
    }
    entries
}

/// What happens to those who do not stream.
fn collected(rows: i64) -> Variant {
    Variant::future(
        async || prepare(COLLECTED, &postgres::users(rows), ALL).await,
        async |(client, statement), _| {
            let rows = client.query(&*statement, &[]).await.expect("reads");
            rows.iter().for_each(|row| drop(black_box(user(row))));
        },
    )
}

fn streamed(rows: i64) -> Variant {
    Variant::future(
        async || prepare(STREAMED, &postgres::users(rows), ALL).await,
        async |(client, statement), _| {
            let rows = client.query_raw(&*statement, Vec::<i64>::new()).await.expect("runs");
            pin_mut!(rows);
            while let Some(row) = rows.try_next().await.expect("reads") {
                black_box(user(&row));
            }
        },
    )
}
