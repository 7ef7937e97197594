//! The condition of an outer join inside a query, where the database leaves out what depends on the queries around alone.
//!
//! Such a part is written so that it also depends on a column of the join: `case when "b"."id" <=> "b"."id" then .. end`.

use super::formed::each_table;
use super::scope::{any_label, in_sight};
use super::writer::Writer;
use crate::ast::{Binary, BinaryOp, ColumnRef, Expr, FromItem, Join, Select};
use crate::ident::Name;
use crate::stack;
use crate::visit::{Visit, walk};
use std::convert::Infallible;

impl<'a> Writer<'a> {
    /// What stands behind `on`.
    pub(super) fn join_condition(&mut self, join: &'a Join, on: &'a Expr, is_outer: bool) {
        // A write's own tables stand in no query.
        let is_inside = is_outer && !self.scopes.is_empty();
        if is_inside && self.syntax.join_forgets_outer && Foreign::depends(self, on) {
            self.kept_parts(join, on);
        } else {
            self.condition(on);
        }
    }

    fn kept_parts(&mut self, join: &'a Join, on: &'a Expr) {
        match on {
            Expr::Binary(and) if and.op == BinaryOp::And => stack::grow(|| {
                self.kept_parts(join, &and.left);
                self.push(" and ");
                self.kept_parts(join, &and.right);
            }),
            // Where an operand is a column of the join, it is kept.
            Expr::Binary(comparison) if comparison.op != BinaryOp::Or && self.has_own(comparison) => {
                self.parens(|w| w.condition(on));
            }
            on if Foreign::depends(self, on) => self.kept_part(join, on),
            on => self.parens(|w| w.condition(on)),
        }
    }

    fn has_own(&self, comparison: &Binary) -> bool {
        [&comparison.left, &comparison.right].into_iter().any(|operand| match operand {
            Expr::Column(ColumnRef { table: Some(table), outer: 0, .. }) => self.is_own(table),
            _ => false,
        })
    }

    fn is_own(&self, table: &Name) -> bool {
        self.scopes.last().is_some_and(|from| in_sight(&[from], |label| label == table))
    }

    fn kept_part(&mut self, join: &'a Join, on: &'a Expr) {
        let mut found = None;
        for side in [&join.right, &join.left] {
            each_table(side, &mut |table| {
                let column = table.meta.as_deref().and_then(|meta| meta.columns.first());
                found = found.or(column.map(|column| (table.label(), &column.name)));
            });
        }
        let Some((table, column)) = found else {
            let what = "outer join in a query inside, whose condition depends on the query around";
            return self.unsupported(what, "put the condition into a derived table that is joined");
        };
        self.push("case when ");
        for part in ["", " <=> "] {
            self.push(part);
            self.ident(table);
            self.push(".");
            self.ident(column);
        }
        self.push(" then ");
        self.condition(on);
        self.push(" end");
    }
}

/// Looks for columns of the queries around.
struct Foreign {
    named: Vec<Name>,
    /// What tables are called in the queries inside.
    labels: Vec<Name>,
    depth: usize,
    is_outer: bool,
}

impl Foreign {
    fn depends(writer: &Writer<'_>, on: &Expr) -> bool {
        let mut found = Foreign { named: Vec::new(), labels: Vec::new(), depth: 0, is_outer: false };
        let Ok(()) = found.expr(on);
        let is_near = |name: &Name| found.labels.contains(name) || writer.is_own(name);
        found.is_outer || !found.named.iter().all(is_near)
    }
}

impl Visit for Foreign {
    type Error = Infallible;

    fn select(&mut self, node: &Select) -> Result<(), Infallible> {
        self.depth += 1;
        walk::select(self, node)?;
        self.depth -= 1;
        Ok(())
    }

    fn relation(&mut self, node: &FromItem) -> Result<(), Infallible> {
        any_label(node, &mut |label| {
            self.labels.push(label.clone());
            false
        });
        walk::relation(self, node)
    }

    fn column(&mut self, node: &ColumnRef) -> Result<(), Infallible> {
        self.is_outer |= usize::from(node.outer) > self.depth;
        self.named.extend(node.table.clone());
        Ok(())
    }
}
