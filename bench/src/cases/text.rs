//! From a query to its text; no database is involved.

use crate::case::Case;
use crate::goal::Goal;

const BASE: &str = "kysera, building alone";

/// Every case.
pub fn cases() -> Vec<Case> {
    let case = |name: &str| Case::new(format!("text: {name}"), BASE).pure();
    let simple = |name: &str| case(name).goal(Goal::Nanos(500.0)).goal(Goal::Allocations(12.0));
    vec![
        simple("simple query, SQLite"),
        simple("simple query, PostgreSQL"),
        case("five tables, SQLite"),
        case("five tables, PostgreSQL"),
    ]
}
