//! From a query to its text: building the tree, and building and compiling it. No database is involved.

use crate::goal::Goal;
use crate::harness::{Case, Side, Variant};
use crate::queries;
use kysera::dialect::{Dialect, Postgres, Sqlite};
use kysera::prelude::*;
use std::hint::black_box;

/// Every case.
pub fn cases() -> Vec<Case> {
    let simple = || queries::by_key(black_box(7));
    let five = || queries::five_joins(black_box(7), black_box("ann"));
    vec![
        case("text: simple query, SQLite", simple, Sqlite::default()).goal(Goal::Nanos(1_000.0)),
        case("text: simple query, PostgreSQL", simple, Postgres::default()).goal(Goal::Nanos(1_000.0)),
        case("text: five tables, SQLite", five, Sqlite::default()),
        case("text: five tables, PostgreSQL", five, Postgres::default()),
    ]
}

fn case<Q: Query>(
    name: &str,
    query: impl Fn() -> Q + Copy + 'static,
    dialect: impl Dialect + Clone + 'static,
) -> Case {
    Case::new(name, move || {
        let build = Variant::new("building", Side::Base, move |times| {
            for _ in 0..times {
                black_box(query().into_statement().expect("builds"));
            }
        });
        let dialect = dialect.clone();
        let compile = Variant::new("building and compiling", Side::Ours, move |times| {
            for _ in 0..times {
                black_box(query().to_sql(&dialect).expect("compiles"));
            }
        });
        vec![build, compile]
    })
    .pure()
}
