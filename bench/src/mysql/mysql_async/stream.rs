//! More rows than are wanted in memory at once.

use super::database::prepare;
use super::names::{NAME, STREAMED};
use super::rows::{UserRow, user};
use futures_util::TryStreamExt;
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::{Entries, Variant};
use mysql_async::prelude::Queryable;
use std::hint::black_box;

const ALL: &str = "select id, name, hair_color from users";

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let mut entries = Entries::new();
    for (case, rows) in server.streams() {
        entries =
            entries
                .add(case.clone(), NAME, move || collected(server, rows))
                .add(case, STREAMED, move || streamed(server, rows));
    }
    entries
}

/// What happens to those who do not stream.
fn collected(server: Server, rows: i64) -> Variant {
    Variant::future(
        async move || prepare(server, NAME, &mysql::users(rows), ALL).await,
        async |(conn, statement), _| {
            let rows: Vec<UserRow> = conn.exec(&*statement, ()).await.expect("reads");
            rows.into_iter().for_each(|row| drop(black_box(user(row))));
        },
    )
}

fn streamed(server: Server, rows: i64) -> Variant {
    Variant::future(
        async move || prepare(server, STREAMED, &mysql::users(rows), ALL).await,
        async |(conn, statement), _| {
            let mut rows = conn.exec_stream::<UserRow, _, _>(&*statement, ()).await.expect("runs");
            while let Some(row) = rows.try_next().await.expect("reads") {
                black_box(user(row));
            }
        },
    )
}
