//! PostgreSQL: the base is tokio-postgres with a held connection and held statements, rows collected.

use crate::case::Case;
use crate::goal::Goal;
use std::time::Duration;

const BASE: &str = "tokio-postgres";

/// Every case.
pub fn cases() -> Vec<Case> {
    [reads(), writes(), relations(), loads()].into_iter().flatten().collect()
}

fn case(name: impl std::fmt::Display) -> Case {
    Case::new(format!("postgres: {name}"), BASE)
}

/// No slower than others: 3 % is what two runs of the same program differ by.
fn ahead(case: Case) -> Case {
    case.goal(Goal::Times(1.03, "diesel-async"))
        .goal(Goal::TimesFaster(1.0, "sqlx"))
        .goal(Goal::TimesFaster(1.0, "sea-orm"))
        .goal(Goal::TimesFaster(1.0, "toasty"))
}

/// What the round trip rules: level with the raw client.
fn level(name: impl std::fmt::Display) -> Case {
    ahead(case(name).goal(Goal::Times(1.03, BASE)))
}

/// What the rows rule: decoding as they come beats collecting them first.
fn many_rows(name: &str) -> Case {
    ahead(case(name).goal(Goal::Times(0.9, BASE)))
}

/// Reads in one pipeline, against the same reads one after the other and against each rival's best way.
fn pipelined(name: &str) -> Case {
    case(name)
        .goal(Goal::Times(1.03, BASE))
        .goal(Goal::BestRival(1.03))
        .goal(Goal::TimesFaster(2.5, "kysera, one after the other"))
}

fn reads() -> Vec<Case> {
    vec![
        level("select 1 by key"),
        level("select 10 by key, one after the other"),
        pipelined("select 10 by key, pipelined"),
        pipelined("select 10 by key, pipelined, 0.5 ms away"),
        level("select 1").full_only(),
        level("select 10").full_only(),
        level("select 100"),
        level("select 1 000").full_only(),
        many_rows("select 10 000"),
        level("left join 1").full_only(),
        level("left join 10").full_only(),
        level("left join 100"),
        level("left join 1 000").full_only(),
        many_rows("left join 10 000"),
        level("select with 0 to 8 filters"),
    ]
}

fn writes() -> Vec<Case> {
    vec![
        level("insert 1"),
        level("insert 10").full_only(),
        level("insert 25").full_only(),
        level("insert 50").full_only(),
        level("insert 100"),
        level("update 1 by key"),
        level("upsert 100"),
        level("transaction of 5 statements"),
    ]
}

/// Nested rows are reported only: relations will choose their strategy, and then have goals.
fn relations() -> Vec<Case> {
    let mut cases = vec![level("associations of 100 users")];
    for users in ["1 user", "10 users", "100 users"] {
        for wait in ["", ", 0.5 ms away", ", 5 ms away"] {
            let case = case(format_args!("nested rows of {users}{wait}"));
            cases.push(if users == "10 users" { case } else { case.full_only() });
        }
    }
    cases
}

fn loads() -> Vec<Case> {
    vec![
        stream("100 000"),
        stream("1 000 000").full_only(),
        level("64 tasks, 8 connections")
            .long_turn(Duration::from_millis(100))
            .goal(Goal::ExtraBest("p99", 1.05)),
        level("a fresh process to its first row"),
    ]
}

fn stream(rows: &str) -> Case {
    ahead(case(format_args!("stream of {rows} rows")).goal(Goal::Times(1.03, "tokio-postgres, streamed")))
}
