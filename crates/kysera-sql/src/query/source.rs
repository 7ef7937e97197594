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

/// A table that no row filter of a plugin is put on.
#[derive(Clone, Copy, Debug)]
pub struct UnfilteredSource<S>(S);

/// The table with all its rows, whatever plugins hide: for the conditions of policies, where a table's own policy would go in
/// a circle, such as that of memberships by membership.
///
/// In a query of its own a guard refuses it: there the way is
/// [`bypass_plugins`](super::PluginDirectives::bypass_plugins), which says why.
///
/// # Examples
/// ```
/// # use kysera_sql::doc::assert_sql;
/// # use kysera_sql::{doc::Pet, prelude::*, query::{select_from, unfiltered}};
/// let names = select_from(unfiltered(Pet)).select(Pet.name);
/// assert_sql(names, r#"select "pet"."name" from "pet""#);
/// ```
pub fn unfiltered<S: TableSource>(table: S) -> UnfilteredSource<S> {
    UnfilteredSource(table)
}

impl<S: TableSource> Source for UnfilteredSource<S> {
    type Mark = S::Mark;

    fn to_item(&self) -> FromItem {
        let mut item = self.0.to_item();
        if let FromItem::Table(table) = &mut item {
            table.unfiltered = true;
        }
        item
    }
}
