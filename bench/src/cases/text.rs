//! From a query to its text; no database is involved.

use crate::case::Case;
use crate::goal::Goal;

const BASE: &str = "sea-query";

/// Every case.
pub fn cases() -> Vec<Case> {
    let case = |name: &str| Case::new(format!("text: {name}"), BASE).pure();
    let faster = |name: &str| case(name).goal(Goal::Times(1.0, BASE));
    let simple = |name: &str| faster(name).goal(Goal::Nanos(500.0)).goal(Goal::Allocations(12.0));
    vec![
        simple("simple query, SQLite"),
        simple("simple query, PostgreSQL"),
        faster("five tables, SQLite"),
        faster("five tables, PostgreSQL"),
        faster("insert 100, SQLite"),
    ]
}
