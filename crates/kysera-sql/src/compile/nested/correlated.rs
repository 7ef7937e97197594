//! Whether a nested query depends on the row around it.

use super::super::scope::in_sight;
use crate::ast::{ColumnRef, Expr, FromItem, Select};
use crate::ident::Name;
use crate::visit::{Visit, walk};

/// True when the query has columns of one around it.
pub(super) fn is_correlated(query: &Select) -> bool {
    Correlated { inside: Vec::new() }.select(query).is_err()
}

/// Fails at a column of a table that is not in sight inside the query.
struct Correlated {
    /// What tables are called in the queries that have been entered.
    inside: Vec<Name>,
}

impl Visit for Correlated {
    type Error = ();

    fn expr(&mut self, node: &Expr) -> Result<(), ()> {
        match node {
            Expr::Column(ColumnRef { table: Some(table), .. }) if !self.inside.contains(table) => Err(()),
            _ => walk::expr(self, node),
        }
    }

    fn select(&mut self, node: &Select) -> Result<(), ()> {
        let outer = self.inside.len();
        in_sight(&[&node.from], |label| {
            self.inside.push(label.clone());
            false
        });
        let walked = walk::select(self, node);
        self.inside.truncate(outer);
        walked
    }
}

/// True when what the query selects and orders by has columns of queries around it and none of its own tables: an aggregate
/// of that belongs to the query around it (SQL:2016, 10.9).
pub(super) fn has_only_outer_columns(query: &Select) -> bool {
    let mut found = Origins { own: &query.from, inside: Vec::new(), has_own: false, has_outer: false };
    for item in &query.items {
        let Ok(()) = found.select_item(item);
    }
    for key in &query.order_by {
        let Ok(()) = found.expr(&key.expr);
    }
    found.has_outer && !found.has_own
}

/// Where columns come from.
struct Origins<'q> {
    own: &'q [FromItem],
    /// What tables are called in queries inside.
    inside: Vec<Name>,
    has_own: bool,
    has_outer: bool,
}

impl Visit for Origins<'_> {
    type Error = std::convert::Infallible;

    fn column(&mut self, column: &ColumnRef) -> Result<(), Self::Error> {
        match &column.table {
            Some(table) if self.inside.contains(table) => {}
            Some(table) if !self.own.iter().any(|item| item.has_label(table)) => self.has_outer = true,
            _ => self.has_own = true,
        }
        Ok(())
    }

    fn select(&mut self, node: &Select) -> Result<(), Self::Error> {
        let outer = self.inside.len();
        in_sight(&[&node.from], |label| {
            self.inside.push(label.clone());
            false
        });
        let walked = walk::select(self, node);
        self.inside.truncate(outer);
        walked
    }
}
