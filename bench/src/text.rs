//! From a query to its text: building the tree, and building and compiling it. No database is involved.

use crate::case::OURS;
use crate::queries;
use kysera::dialect::{Dialect, Postgres, Sqlite};
use kysera::prelude::*;
use kysera_bench_stage::data::new_users;
use kysera_bench_stage::{Entries, Variant};
use std::hint::black_box;

/// The tree, without its text.
const ALONE: &str = "kysera, building alone";

/// Every variant.
pub fn entries() -> Entries {
    let simple = || queries::by_key(black_box(7));
    let five = || queries::five_joins(black_box(7), black_box("ann"));
    case("simple query, SQLite", simple, Sqlite::default())
        .and(case("simple query, PostgreSQL", simple, Postgres::default()))
        .and(case("five tables, SQLite", five, Sqlite::default()))
        .and(case("five tables, PostgreSQL", five, Postgres::default()))
        .and(insert())
}

/// A hundred new users.
fn insert() -> Entries {
    const NAME: &str = "text: insert 100, SQLite";
    Entries::new()
        .add(NAME, ALONE, || {
            Variant::new(new_users(100), |users, _| queries::insert(users).into_statement().expect("builds"))
        })
        .add(NAME, OURS, || {
            let dialect = Sqlite::default();
            Variant::new(new_users(100), move |users, _| {
                queries::insert(users).to_sql(&dialect).expect("compiles")
            })
        })
}

fn case<Q: Query + 'static>(
    name: &str,
    query: impl Fn() -> Q + Copy + 'static,
    dialect: impl Dialect + Clone + 'static,
) -> Entries {
    let name = format!("text: {name}");
    Entries::new()
        .add(name.clone(), ALONE, move || {
            Variant::new((), move |(), _| query().into_statement().expect("builds"))
        })
        .add(name, OURS, move || {
            Variant::new(dialect.clone(), move |dialect, _| query().to_sql(dialect).expect("compiles"))
        })
}
