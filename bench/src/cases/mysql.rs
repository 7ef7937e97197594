//! MySQL and MariaDB, the same cases for both: the base is mysql_async with a held connection and held statements.

use crate::case::Case;
use crate::goal::Goal;
use kysera_bench_stage::data::server::{MYSQL_SERVERS, Server};
use std::time::Duration;

const BASE: &str = "mysql_async";

/// Every case of both servers.
pub fn cases() -> Vec<Case> {
    let of = |server| [reads(server), writes(server), relations(server), loads(server)];
    MYSQL_SERVERS.into_iter().flat_map(of).flatten().collect()
}

fn case(server: Server, name: impl std::fmt::Display) -> Case {
    Case::new(server.case(name), BASE)
}

/// Ahead of the other libraries: 3 % is what two runs of the same program differ by.
fn ahead(case: Case) -> Case {
    case.goal(Goal::Times(1.03, "diesel-async"))
        .goal(Goal::TimesFaster(1.0, "sqlx"))
        .goal(Goal::TimesFaster(1.0, "sea-orm"))
}

/// Reads: ahead of the raw client, which makes a list of values of each row first.
fn read(server: Server, name: impl std::fmt::Display) -> Case {
    ahead(case(server, name).goal(Goal::Times(0.95, BASE)))
}

/// Writes: level with the raw client, whose statements were made once.
fn write(server: Server, name: impl std::fmt::Display) -> Case {
    ahead(case(server, name).goal(Goal::Times(1.05, BASE)))
}

/// Reads in one pipeline, which nobody else has here, against the same reads one after the other.
fn pipelined(server: Server, name: &str) -> Case {
    case(server, name).goal(Goal::Times(0.95, BASE)).goal(Goal::BestRival(1.03))
}

fn reads(server: Server) -> Vec<Case> {
    vec![
        read(server, "select 1 by key"),
        read(server, "select 10 by key, one after the other"),
        pipelined(server, "select 10 by key, pipelined"),
        pipelined(server, "select 10 by key, pipelined, 0.5 ms away"),
        read(server, "select 1"),
        read(server, "select 10").full_only(),
        read(server, "select 100"),
        read(server, "select 1 000").full_only(),
        read(server, "select 10 000"),
        read(server, "left join 1").full_only(),
        read(server, "left join 10").full_only(),
        read(server, "left join 100"),
        read(server, "left join 1 000").full_only(),
        read(server, "left join 10 000"),
        ahead(case(server, "select with 0 to 8 filters")),
    ]
}

fn writes(server: Server) -> Vec<Case> {
    vec![
        write(server, "insert 1"),
        write(server, "insert 10").full_only(),
        write(server, "insert 25").full_only(),
        write(server, "insert 50").full_only(),
        write(server, "insert 100"),
        write(server, "update 1 by key"),
        write(server, "upsert 100"),
        write(server, "transaction of 5 statements"),
    ]
}

/// Nested rows are reported only: relations will choose their strategy, and then have goals.
fn relations(server: Server) -> Vec<Case> {
    let mut cases = vec![ahead(case(server, "associations of 100 users"))];
    for users in ["1 user", "10 users", "100 users"] {
        for wait in ["", ", 0.5 ms away", ", 5 ms away"] {
            let case = case(server, format_args!("nested rows of {users}{wait}"));
            cases.push(if users == "10 users" { case } else { case.full_only() });
        }
    }
    cases
}

fn loads(server: Server) -> Vec<Case> {
    vec![
        stream(server, "100 000"),
        stream(server, "1 000 000").full_only(),
        read(server, "64 tasks, 8 connections")
            .long_turn(Duration::from_millis(100))
            .goal(Goal::ExtraBest("p99", 1.05)),
        write(server, "a fresh process to its first row"),
    ]
}

fn stream(server: Server, rows: &str) -> Case {
    ahead(
        case(server, format_args!("stream of {rows} rows")).goal(Goal::Times(0.95, "mysql_async, streamed")),
    )
}
