//! SQLite: in memory unless the name says otherwise; the base is rusqlite with cached statements.

use crate::case::Case;
use crate::goal::Goal;
use std::time::Duration;

const BASE: &str = "rusqlite";

/// Every case.
pub fn cases() -> Vec<Case> {
    [reads(), writes(), relations(), loads()].into_iter().flatten().collect()
}

fn case(name: &str) -> Case {
    Case::new(format!("sqlite: {name}"), BASE)
}

/// A statement or two: what a call costs.
fn short(name: &str) -> Case {
    let far_ahead = |rival| Goal::TimesFaster(10.0, rival);
    case(name).goal(Goal::Times(1.5, BASE)).goal(far_ahead("sqlx")).goal(far_ahead("sea-orm"))
}

/// Many rows: what a row costs.
fn long(name: &str) -> Case {
    case(name).goal(Goal::Times(1.1, BASE)).goal(Goal::Times(1.0, "diesel"))
}

fn reads() -> Vec<Case> {
    vec![
        short("select 1 by key"),
        case("select 10 by key, one after the other"),
        case("select 1").full_only(),
        case("select 10").full_only(),
        long("select 100"),
        case("select 1 000").full_only(),
        long("select 10 000"),
        case("left join 1").full_only(),
        case("left join 10").full_only(),
        case("left join 100"),
        case("left join 1 000").full_only(),
        case("left join 10 000"),
        case("select with 0 to 8 filters"),
    ]
}

fn writes() -> Vec<Case> {
    vec![
        short("insert 1"),
        case("insert 10").full_only(),
        case("insert 25").full_only(),
        case("insert 50").full_only(),
        case("insert 100"),
        case("update 1 by key"),
        case("upsert 100"),
        case("transaction of 5 statements"),
    ]
}

/// Nested rows are reported only: relations will choose their strategy, and then have goals.
fn relations() -> Vec<Case> {
    vec![
        case("associations of 9 users").full_only(),
        case("nested rows of 1 user").full_only(),
        case("nested rows of 10 users"),
        case("nested rows of 100 users").full_only(),
    ]
}

fn loads() -> Vec<Case> {
    // The driver's budget (`kysera::sqlite::SqliteOptions::budget`) above what the machine does by itself.
    let ticker = |load: &str| {
        let case = Case::new(format!("sqlite: 10 ms ticker beside {load}"), "no load");
        case.long_turn(Duration::from_millis(200)).goal(Goal::ExtraAbove("p99", 5e5, "no load"))
    };
    let tasks = |what: &str| {
        let case =
            Case::new(format!("sqlite: 64 tasks, 8 connections, a file: {what}"), "rusqlite, spawn_blocking");
        case.long_turn(Duration::from_millis(100)).goal(Goal::ExtraBest("p99", 1.0))
    };
    vec![
        case("stream of 1 000 000 rows"),
        tasks("reads"),
        tasks("1 write in 10"),
        case("a fresh process to its first row"),
        ticker("select 1 by key"),
        ticker("select 10 000"),
        ticker("insert 100"),
        ticker("a query of 20 ms"),
    ]
}
