//! Many tasks on a few connections.

use super::database::connect;
use crate::case::{OURS, PREPARED};
use crate::servers::schema::make;
use crate::{prepared, queries};
use kysera::prelude::*;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key};
use kysera_bench_stage::{Entries, Variant, tasks};

/// Every variant.
pub fn entries(server: Server) -> Entries {
    Entries::new().add(server.case("64 tasks, 8 connections"), OURS, move || by_key(server)).add(
        server.case("64 tasks, 8 connections"),
        PREPARED,
        move || by_key_prepared(server),
    )
}

fn by_key(server: Server) -> Variant {
    tasks(
        async move || open(server, OURS).await,
        |db, turn| async move { queries::by_key(key(turn)).fetch_one(&db).await.expect("reads") },
    )
}

fn by_key_prepared(server: Server) -> Variant {
    tasks(
        async move || open(server, PREPARED).await,
        |db, turn| async move { prepared::BY_KEY.bind(key(turn)).fetch_one(&db).await.expect("reads") },
    )
}

async fn open(server: Server, variant: &str) -> Db {
    connect(&make(server, variant, &server.users(USERS)).await, 8).await
}
