//! UPDATE.

use super::CompileError;
use super::writer::Writer;
use crate::ast::{Expr, OrderBy, Update};
use crate::dialect::{LimitForm, OutputForm, WriteFrom};

impl<'a> Writer<'a> {
    pub(super) fn update(&mut self, update: &'a Update) {
        self.aiming(&update.table, |w| {
            w.writing(&update.table, &update.from, |w| w.update_statement(update))
        });
    }

    fn update_statement(&mut self, update: &'a Update) {
        self.heard(&update.directives);
        if let ([], Some(directive)) = (&*update.set, update.directives.first()) {
            self.refuse(CompileError::Unfilled { plugin: directive.plugin });
        }
        let known = self.ctes.len();
        if let Some(with) = &update.with {
            self.require(self.caps.write_with, "CTEs in front of an update", "use a subquery");
            self.with(with);
        }
        if !update.from.is_empty() {
            self.require(self.caps.update_from, "update from other tables", "use a subquery in `set`");
        }
        self.require_returning(&update.returning, self.caps.returning_update);
        self.check_assigned(update);
        self.check_write_limit(&update.order_by, update.limit.as_ref(), !update.from.is_empty());
        self.push("update ");
        self.write_top(update.limit.as_ref());
        match self.syntax.write_from {
            WriteFrom::After => self.update_after(update),
            WriteFrom::List => self.update_list(update),
            WriteFrom::Repeat => self.update_repeat(update),
        }
        let condition = (update.with.as_deref(), update.filter.as_ref());
        self.write_filter(&update.table, &update.from, &update.set, condition);
        if self.syntax.output == OutputForm::Returning {
            self.returning(&update.returning, &update.table, &update.from);
        }
        self.write_tail(&update.order_by, update.limit.as_ref());
        self.ctes.truncate(known);
    }

    /// `"t" as "a" set .. from "o"`
    fn update_after(&mut self, update: &'a Update) {
        self.table(&update.table);
        self.push(" set ");
        self.assignments(&update.set, None);
        if !update.from.is_empty() {
            self.push(" from ");
            self.sources(&update.from, None);
        }
    }

    /// `"t" as "a", "o" set "a"."c" = ..`
    fn update_list(&mut self, update: &'a Update) {
        self.table(&update.table);
        for item in &update.from {
            self.push(", ");
            self.source(item, None);
        }
        self.push(" set ");
        let qualifier = (!update.from.is_empty()).then(|| update.table.label());
        self.assignments(&update.set, qualifier);
    }

    /// `"a" set .. output .. from "t" as "a", "o"`
    fn update_repeat(&mut self, update: &'a Update) {
        if update.table.alias.is_some() {
            self.ident(update.table.label());
        } else {
            self.table(&update.table);
        }
        self.push(" set ");
        self.assignments(&update.set, None);
        self.output(&update.returning, update.table.label(), "inserted");
        self.repeat_from(&update.table, &update.from);
    }

    /// ORDER BY and LIMIT of an update or delete, as far as the database has them.
    pub(super) fn check_write_limit(&mut self, order_by: &[OrderBy], limit: Option<&Expr>, several: bool) {
        let hint = "filter by a subquery that is ordered and limited";
        if !order_by.is_empty() {
            self.require(self.caps.write_order_by, "order by on a write", hint);
        }
        if limit.is_some() {
            self.require(self.caps.write_limit, "limit on a write", hint);
        }
        if several && self.syntax.write_from == WriteFrom::List && (limit.is_some() || !order_by.is_empty()) {
            self.unsupported("order by or limit on a write with other tables", hint);
        }
    }

    /// `top(n) `, where rows are limited so.
    pub(super) fn write_top(&mut self, limit: Option<&'a Expr>) {
        if let (Some(limit), LimitForm::TopFetch) = (limit, self.syntax.limit) {
            self.push("top(");
            self.expr(limit);
            self.push(") ");
        }
    }

    /// ` order by .. limit ..`
    pub(super) fn write_tail(&mut self, order_by: &'a [OrderBy], limit: Option<&'a Expr>) {
        if !order_by.is_empty() {
            self.push(" ");
            self.order_by(order_by);
        }
        if let (Some(limit), LimitForm::Limit { .. }) = (limit, self.syntax.limit) {
            self.push(" limit ");
            self.limit_number(limit);
        }
    }
}
