//! Whether a nested query depends on the row around it.

use super::super::scope::in_sight;
use crate::ast::{ColumnRef, Expr, Select};
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
