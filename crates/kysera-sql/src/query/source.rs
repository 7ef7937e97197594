//! What FROM takes: tables and aliases, CTEs, derived tables.

use crate::ast::{Expr, FromItem, JoinKind, Select, grow};

/// Something that can be in FROM or be joined.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in FROM",
    note = "pass a table (a struct with `derive(Table)`), an `alias!`, a CTE or a derived table by reference"
)]
pub trait Source {
    /// The mark of its columns.
    type Mark;
    /// The item of FROM.
    fn to_item(&self) -> FromItem;

    /// The tree of a query that begins with it.
    #[doc(hidden)]
    #[inline]
    fn begin(&self) -> Box<Select> {
        Box::new(Select::from(self.to_item()))
    }

    /// Joins it to the items of FROM.
    #[doc(hidden)]
    #[inline]
    fn join_to(&self, query: &mut Select, kind: JoinKind, on: Expr) {
        grow::join(query, kind, self.to_item(), Some(on));
    }
}

/// A table, as itself or under an alias: what can be written to.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written to",
    note = "insert into, update and delete from a table: `update(Person)`"
)]
pub trait TableSource: Source {}

impl<S: TableSource> TableSource for &S {}

#[diagnostic::do_not_recommend]
impl<S: Source> Source for &S {
    type Mark = S::Mark;
    fn to_item(&self) -> FromItem {
        (**self).to_item()
    }

    #[inline]
    fn begin(&self) -> Box<Select> {
        (**self).begin()
    }

    #[inline]
    fn join_to(&self, query: &mut Select, kind: JoinKind, on: Expr) {
        (**self).join_to(query, kind, on);
    }
}
