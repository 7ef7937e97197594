//! `in (select ..)`, in a derived table where the database does not take the query itself.

use super::writer::Writer;
use crate::ast::{Expr, InSubquery, Select};
use crate::stack;
use crate::visit::{Visit, walk};

impl<'a> Writer<'a> {
    pub(super) fn in_subquery(&mut self, subquery: &'a InSubquery) {
        let is_lost = self.syntax.in_forgets_query && matches!(subquery.operand, Expr::Subquery(_));
        self.beside(true, &subquery.operand);
        self.push(if is_lost { "coalesce(" } else { "" });
        self.compared(&subquery.operand, None);
        self.push(if is_lost { ", null)" } else { "" });
        self.push(if subquery.negated { " not in " } else { " in " });
        let query = &subquery.query;
        let is_limited = query.limit.is_some() || query.offset.is_some();
        if is_limited && !self.caps.limit_in_subquery {
            self.in_derived(query, "limited");
        } else if !self.caps.window_in_subquery && has_window(query) {
            self.in_derived(query, "windowed");
        } else {
            self.subquery(query);
        }
    }

    fn in_derived(&mut self, query: &'a Select, alias: &str) {
        self.push("(select * from ");
        self.subquery(query);
        self.push(" as ");
        self.ident(alias);
        self.push(")");
    }
}

/// True for a query that computes window functions, itself or in a part of it that is united with others.
fn has_window(query: &Select) -> bool {
    Windows.parts(query).is_err()
}

/// Stops at a window function of the query.
struct Windows;

impl Windows {
    fn parts(&mut self, query: &Select) -> Result<(), ()> {
        query.items.iter().try_for_each(|item| self.select_item(item))?;
        query.order_by.iter().try_for_each(|key| self.order_by(key))?;
        query.set_ops.iter().try_for_each(|part| stack::grow(|| self.parts(&part.right)))
    }
}

impl Visit for Windows {
    type Error = ();

    fn expr(&mut self, node: &Expr) -> Result<(), ()> {
        match node {
            Expr::Call(call) if call.over.is_some() => Err(()),
            _ => walk::expr(self, node),
        }
    }

    /// What is inside another query is its own business.
    fn select(&mut self, _: &Select) -> Result<(), ()> {
        Ok(())
    }
}
