//! Integers of 16 and 32 bits and floats of 32, where the database has numbers of one width: calls check each result, so that
//! what does not fit is an error as elsewhere, and floats are rounded.
//!
//! What is no operation is not checked: a column holds what fits it. What a column stores is asked for by itself, in
//! `narrow_stored`.

use super::described::Place;
use super::numeric::{is_named, is_not_zero, operator_at};
use super::operator::{left_needs_parens, right_needs_parens};
use super::writer::Writer;
use crate::ast::{Binary, BinaryOp, Call, Expr, Numeric};
use crate::dialect::{CheckedFloats, CheckedNumbers};

impl<'a> Writer<'a> {
    /// The part of a chain that is computed among narrow integers, by itself: `a + b` of `a + b + wide`.
    pub(super) fn narrow_below(&self, top: &'a Binary) -> Option<&'a Binary> {
        let is_narrow = |expr: &Expr| matches!(self.kind(expr), Numeric::Integer16 | Numeric::Integer32);
        let (mut found, mut binary) = (None, top);
        while let Some(next) = self.below(binary) {
            found = if is_narrow(&next.right) { found.or(Some(next)) } else { None };
            binary = next;
        }
        found.filter(|_| is_narrow(&binary.left))
    }

    /// A chain of operations whose results are narrow numbers: a database that has none computes wider ones, which a call
    /// refuses or rounds after each step, as others do. Along a chain that leans to the left without recursion.
    pub(super) fn narrow_arithmetic(&mut self, top: &'a Binary, kind: Numeric, checked: &CheckedNumbers) {
        let mut below: Vec<(&Binary, Numeric)> = Vec::new();
        let mut first = &top.left;
        while let Expr::Binary(binary) = first
            && operator_at(binary.op).is_some()
            && !self.is_key(first)
        {
            below.push((binary, Numeric::Unknown));
            first = &binary.left;
        }
        if !below.is_empty() {
            let mut kind = self.kind(first);
            for (binary, known) in below.iter_mut().rev() {
                kind = kind.with(self.kind(&binary.right));
                *known = kind;
            }
        }
        self.open_narrow(top, kind, checked);
        for (binary, kind) in &below {
            self.open_narrow(binary, *kind, checked);
        }
        let lowest = below.last().map_or(top, |(binary, _)| binary);
        let parens = division_of(lowest, kind, checked).is_none() && left_needs_parens(lowest.op, first);
        self.first_operand(lowest, first, parens);
        for (binary, kind) in below.iter().rev() {
            self.close_narrow(binary, *kind, checked);
        }
        self.close_narrow(top, kind, checked);
    }

    /// What is in front of the left operand.
    fn open_narrow(&mut self, binary: &'a Binary, kind: Numeric, checked: &CheckedNumbers) {
        if kind.is_float() && binary.op == BinaryOp::Rem {
            self.unsupported("the remainder of floats", "cast them to decimals");
        }
        self.push(narrowing_of(binary, kind, checked).map_or("", |[open, _]| open));
        self.push(division_of(binary, kind, checked).unwrap_or_default());
    }

    /// What is behind it.
    fn close_narrow(&mut self, binary: &'a Binary, kind: Numeric, checked: &CheckedNumbers) {
        if division_of(binary, kind, checked).is_some() {
            self.push(", ");
            self.expr(&binary.right);
            self.push(")");
        } else {
            self.operator_among(binary.op, kind);
            let parens = right_needs_parens(binary.op, &binary.right) && !self.is_narrow_call(&binary.right);
            self.operand(&binary.right, parens, false);
        }
        self.push(narrowing_of(binary, kind, checked).map_or("", |[_, close]| close));
    }

    /// True for an operation that is written as a call, because its result is a narrow number.
    fn is_narrow_call(&self, operand: &Expr) -> bool {
        let (Expr::Binary(binary), Some(checked)) = (operand, self.syntax.checked) else { return false };
        operator_at(binary.op).is_some() && narrowing_of(binary, self.kind(operand), checked).is_some()
    }

    /// What checks the result of `abs`, which of the least narrow integer is none.
    pub(super) fn narrow_call(&self, call: &Call) -> Option<[&'static str; 2]> {
        let checked = self.syntax.checked.filter(|_| is_named(call, &["abs"]))?;
        let kind = self.kind_of_call(call, Place::HERE);
        checked.narrowed(kind).filter(|_| kind.is_integer())
    }
}

/// The call that checks the result of an operation among narrow numbers. What remains is never beyond the width of what
/// was divided, and a quotient is only where the divisor may be -1.
pub(super) fn narrowing_of(
    binary: &Binary,
    kind: Numeric,
    checked: &CheckedNumbers,
) -> Option<[&'static str; 2]> {
    let stays = match binary.op {
        BinaryOp::Rem => true,
        BinaryOp::Div => is_not_zero(&binary.right),
        _ => false,
    };
    if stays { None } else { checked.narrowed(kind) }
}

/// The call that divides among narrow numbers, where the divisor may be zero.
fn division_of(binary: &Binary, kind: Numeric, checked: &CheckedNumbers) -> Option<&'static str> {
    match (binary.op, checked.floats) {
        _ if is_not_zero(&binary.right) => None,
        (BinaryOp::Div, CheckedFloats::Calls { products, .. }) if kind.is_float() => Some(products[1]),
        (BinaryOp::Div, _) => Some(checked.division?[0]),
        (BinaryOp::Rem, _) => Some(checked.division?[1]),
        _ => None,
    }
}
