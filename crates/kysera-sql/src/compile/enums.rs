//! Enums where the database does not know the order of their labels: it is written out.
//!
//! A typed query says that an order is asked for by a cast of an enum to itself, which is written nowhere.

use super::operator::{Level, level};
use super::writer::Writer;
use crate::ast::{Between, Binary, BinaryOp, Expr};
use crate::value::{CustomType, Value};
use std::ops::Range;

impl<'a> Writer<'a> {
    /// The same, where the database needs the order written.
    pub(super) fn unordered_enum<'e>(&self, expr: &'e Expr) -> Option<(&'e Expr, &'static CustomType)> {
        if self.syntax.enum_order { None } else { expr.ordered_enum() }
    }

    /// What is ordered, without the word for it.
    pub(super) fn enum_itself(&mut self, operand: &'a Expr) {
        if level(operand) < Level::Primary {
            self.parens(|w| w.expr(operand));
        } else {
            self.expr(operand);
        }
    }

    /// `case m when 'sad' then 0 when 'ok' then 1 end`
    pub(super) fn rank(&mut self, ty: &CustomType, operand: impl FnOnce(&mut Self)) {
        self.push("case ");
        operand(self);
        for (at, label) in ty.labels.iter().enumerate() {
            self.push(" when ");
            self.text(label);
            self.push(" then ");
            self.number(at as u64);
        }
        self.push(" end");
    }

    /// The end of a `case` that makes a label of a rank again.
    pub(super) fn label_of_rank(&mut self, ty: &CustomType) {
        for (at, label) in ty.labels.iter().enumerate() {
            self.push(" when ");
            self.number(at as u64);
            self.push(" then ");
            self.text(label);
        }
        self.push(" end");
    }

    /// A comparison that asks which comes first; false for any other.
    pub(super) fn enum_comparison(&mut self, binary: &'a Binary, words: &str) -> bool {
        let orders = matches!(binary.op, BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge);
        if !orders {
            return false;
        }
        let (left, right) = (&binary.left, &binary.right);
        let marked = self.unordered_enum(left).map(|(_, ty)| ty);
        let named = || [left, right].into_iter().find_map(|operand| self.named_enum(operand));
        let Some(ty) = marked.or_else(named) else { return false };
        let (first, second) = (self.without_mark(left), self.without_mark(right));
        if let Some(at) = rank_of(ty, second) {
            self.among_labels(first, ty, labels(ty, binary.op, at), false);
        } else if let Some(at) = rank_of(ty, first) {
            self.among_labels(second, ty, labels(ty, turned(binary.op), at), false);
        } else {
            self.rank(ty, |w| w.expr(first));
            self.push(words);
            self.rank(ty, |w| w.expr(second));
        }
        true
    }

    /// The operand, without the word that its order is asked for.
    fn without_mark<'e>(&self, operand: &'e Expr) -> &'e Expr {
        self.unordered_enum(operand).map_or(operand, |(operand, _)| operand)
    }

    /// `between` of an enum; false for any other.
    pub(super) fn enum_between(&mut self, between: &'a Between) -> bool {
        let all = [&between.operand, &between.low, &between.high];
        let marked = self.unordered_enum(&between.operand).map(|(_, ty)| ty);
        let named = || all.into_iter().find_map(|operand| self.named_enum(operand));
        let Some(ty) = marked.or_else(named) else { return false };
        let operand = self.without_mark(&between.operand);
        match (rank_of(ty, &between.low), rank_of(ty, &between.high)) {
            (Some(low), Some(high)) => self.among_labels(operand, ty, low..high + 1, between.negated),
            _ => {
                self.rank(ty, |w| w.expr(operand));
                self.push(if between.negated { " not between " } else { " between " });
                self.rank(ty, |w| w.expr(&between.low));
                self.push(" and ");
                self.rank(ty, |w| w.expr(&between.high));
            }
        }
        true
    }

    /// `m in ('ok', 'happy')`, which an index on the column serves. NULL stays unknown, also among no labels.
    fn among_labels(&mut self, operand: &'a Expr, ty: &CustomType, labels: Range<usize>, negated: bool) {
        self.tested(operand);
        let labels = ty.labels.get(labels).unwrap_or_default();
        if labels.is_empty() {
            self.push(if negated { " = " } else { " <> " });
            return self.tested(operand);
        }
        self.push(if negated { " not in (" } else { " in (" });
        for (at, label) in labels.iter().enumerate() {
            self.push(if at > 0 { ", " } else { "" });
            self.text(label);
        }
        self.push(")");
    }
}

/// The labels that are so to the one at `at`.
fn labels(ty: &CustomType, op: BinaryOp, at: usize) -> Range<usize> {
    match op {
        BinaryOp::Lt => 0..at,
        BinaryOp::Le => 0..at + 1,
        BinaryOp::Gt => at + 1..ty.labels.len(),
        _ => at..ty.labels.len(),
    }
}

/// The operator of the same comparison with its operands changed over.
fn turned(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Lt => BinaryOp::Gt,
        BinaryOp::Le => BinaryOp::Ge,
        BinaryOp::Gt => BinaryOp::Lt,
        BinaryOp::Ge => BinaryOp::Le,
        other => other,
    }
}

fn rank_of(ty: &CustomType, expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Value(Value::Custom(_, label)) => ty.labels.iter().position(|known| *known == &**label),
        _ => None,
    }
}
