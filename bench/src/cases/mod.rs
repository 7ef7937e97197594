//! Every case, in the order of the report. One file for each group.

mod plugins;
mod postgres;
mod sqlite;
mod text;

use crate::case::Case;

/// Every case.
pub fn all() -> Vec<Case> {
    [sqlite::cases(), postgres::cases(), text::cases(), plugins::cases()].into_iter().flatten().collect()
}
