//! PostgreSQL: the base is tokio-postgres with a held connection and held statements, rows collected.

use crate::case::Case;
use crate::goal::Goal;

const BASE: &str = "tokio-postgres";

/// Every case.
pub fn cases() -> Vec<Case> {
    let case = |name: &str| Case::new(format!("postgres: {name}"), BASE);
    let level = |name: &str| case(name).goal(Goal::Times(1.03, BASE));
    vec![
        level("select 1 by key"),
        level("select 100"),
        case("select 10 000").goal(Goal::Times(0.9, BASE)),
        level("insert 1"),
        level("insert 100"),
    ]
}
