//! Ten reads by key, one after the other: this client has no pipeline.

use super::database::{open_far, prepare};
use super::names::NAME;
use super::read::BY_KEY;
use super::rows::{UserRow, user};
use crate::rows::User;
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key};
use kysera_bench_stage::{Entries, Variant};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Statement};
use std::time::Duration;

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let mut entries =
        Entries::new().add(server.case("select 10 by key, one after the other"), NAME, move || near(server));
    for (case, round_trip) in server.pipelines() {
        entries = entries.add(case, NAME, move || far(server, round_trip));
    }
    entries
}

fn near(server: Server) -> Variant {
    Variant::future(
        async move || prepare(server, NAME, &mysql::users(USERS), BY_KEY).await,
        async |(conn, statement), turn| ten(conn, statement, turn).await,
    )
}

fn far(server: Server, round_trip: Duration) -> Variant {
    Variant::future(
        async move || {
            let mut conn = open_far(server, NAME, &mysql::users(USERS), round_trip).await;
            let statement = conn.prep(BY_KEY).await.expect("prepares");
            (conn, statement)
        },
        async |(conn, statement), turn| ten(conn, statement, turn).await,
    )
}

async fn ten(conn: &mut Conn, statement: &Statement, turn: u64) -> Vec<User> {
    let mut users = Vec::with_capacity(10);
    for place in 0..10 {
        let row: Option<UserRow> =
            conn.exec_first(statement, (key(10 * turn + place),)).await.expect("reads");
        users.push(user(row.expect("is there")));
    }
    users
}
