//! Every case, in the order of the report. One file for each group.

mod mysql;
mod plugins;
mod postgres;
mod sqlite;
mod text;

use crate::case::Case;

/// Every case.
pub fn all() -> Vec<Case> {
    let groups = [sqlite::cases(), postgres::cases(), mysql::cases(), text::cases(), plugins::cases()];
    groups.into_iter().flatten().collect()
}
