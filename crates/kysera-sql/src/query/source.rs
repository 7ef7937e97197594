//! What can stand in FROM: tables and aliases, CTEs, derived tables.

use crate::ast::FromItem;

/// Something that can stand in FROM or be joined.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in FROM",
    note = "pass a table, an `alias!`, a CTE or a derived table by reference"
)]
pub trait Source {
    /// The mark of its columns.
    type Mark;
    /// The item of FROM.
    fn to_item(&self) -> FromItem;
}

/// A table, as itself or under an alias: what can be written to.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written to",
    note = "insert into, update and delete from a table: `update(Person)`"
)]
pub trait TableSource: Source {}

impl<S: TableSource> TableSource for &S {}

impl<S: Source> Source for &S {
    type Mark = S::Mark;
    fn to_item(&self) -> FromItem {
        (**self).to_item()
    }
}
