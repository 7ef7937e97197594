//! Rows of one query.

use super::database::open;
use crate::case::{OURS, PREPARED};
use crate::{prepared, queries};
use kysera::prelude::*;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key};
use kysera_bench_stage::{Entries, Variant};

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let mut entries = Entries::new().add(server.case("select 1 by key"), OURS, move || by_key(server)).add(
        server.case("select 1 by key"),
        PREPARED,
        move || by_key_prepared(server),
    );
    for (number, rows) in server.sizes() {
        entries = entries
            .add(server.case(format_args!("select {number}")), OURS, move || all(server, rows))
            .add(server.case(format_args!("select {number}")), PREPARED, move || all_prepared(server, rows))
            .add(server.case(format_args!("left join {number}")), OURS, move || left_join(server, rows))
            .add(server.case(format_args!("left join {number}")), PREPARED, move || {
                left_join_prepared(server, rows)
            });
    }
    entries
}

/// One user, by key.
fn by_key(server: Server) -> Variant {
    Variant::future(
        async move || open(server, OURS, server.users(USERS)).await,
        async |db, turn| queries::by_key(key(turn)).fetch_one(db).await.expect("reads"),
    )
}

fn by_key_prepared(server: Server) -> Variant {
    Variant::future(
        async move || open(server, PREPARED, server.users(USERS)).await,
        async |db, turn| prepared::BY_KEY.bind(key(turn)).fetch_one(db).await.expect("reads"),
    )
}

/// Every user.
fn all(server: Server, rows: i64) -> Variant {
    Variant::future(
        async move || open(server, OURS, server.users(rows)).await,
        async |db, _| queries::all().fetch_all(db).await.expect("reads"),
    )
}

fn all_prepared(server: Server, rows: i64) -> Variant {
    Variant::future(
        async move || open(server, PREPARED, server.users(rows)).await,
        async |db, _| prepared::ALL.bind(()).fetch_all(db).await.expect("reads"),
    )
}

/// Users with black hair and their posts, of which there are none.
fn left_join(server: Server, rows: i64) -> Variant {
    Variant::future(
        async move || open(server, OURS, server.users(rows)).await,
        async |db, _| queries::left_join().fetch_all(db).await.expect("reads"),
    )
}

fn left_join_prepared(server: Server, rows: i64) -> Variant {
    Variant::future(
        async move || open(server, PREPARED, server.users(rows)).await,
        async |db, _| prepared::LEFT_JOIN.bind("black").fetch_all(db).await.expect("reads"),
    )
}
