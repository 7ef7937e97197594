//! Floats where the database answers 0 for what is too small for one, and rounds to 32 bits without a word: an expression
//! beside the operation fails there, and is NULL everywhere else.
//!
//! It holds the operands once more, so that what it holds itself is written without guards: each is written once with its own.

use super::numeric::{is_named, operator_at};
use super::operator::{left_needs_parens, right_needs_parens};
use super::writer::Writer;
use crate::ast::{Binary, BinaryOp, Call, Expr, Literal, Numeric, Select, UnaryOp};
use crate::dialect::{CallGuard, CheckedNumbers};
use crate::value::Value;
use crate::visit::{Visit, walk};

/// 2 to the power of 874, divided by what is half of the least float of 32 bits or less, is beyond the range.
const BEYOND_32: &str = "1.2595523146049148e263";

impl<'a> Writer<'a> {
    /// `a * b` as `coalesce(nullif(0e0 * pow(abs(nullif(a, 0) * nullif(b, 0)), -0.5e0), 0), a * b)`: 0 to a negative power
    /// is an error.
    pub(super) fn guarded_arithmetic(
        &mut self,
        top: &'a Binary,
        kind: Numeric,
        checked: &'static CheckedNumbers,
    ) {
        if top.op == BinaryOp::Rem {
            self.unsupported("the remainder of floats", "cast them to decimals");
        }
        let narrow = checked.narrowed(kind);
        if narrow.is_none() && matches!(top.op, BinaryOp::Add | BinaryOp::Sub) {
            return self.float_sum(top, None);
        }
        let [open, close] = narrow.unwrap_or_default();
        let guarded = !self.unguarded && self.may_be_too_small(top);
        if guarded {
            self.push("coalesce(nullif(0e0 * ");
            self.without_guards(|w| w.fails_if_too_small(top, narrow.is_some()));
            self.push(", 0), ");
        }
        self.push(open);
        self.float_operation(top);
        self.push(close);
        if guarded {
            self.push(")");
        }
    }

    fn float_operation(&mut self, binary: &'a Binary) {
        self.first_operand(binary, &binary.left, left_needs_parens(binary.op, &binary.left));
        self.operator(binary.op);
        self.operand(&binary.right, right_needs_parens(binary.op, &binary.right), false);
    }

    fn fails_if_too_small(&mut self, binary: &'a Binary, is_narrow: bool) {
        if is_narrow {
            self.push("(");
            self.push(BEYOND_32);
            self.push(" / nullif(");
            self.float_operation(binary);
            return self.push(", 0))");
        }
        self.push("pow(abs(nullif(");
        self.expr(&binary.left);
        self.push(", 0)");
        self.operator(binary.op);
        if binary.op == BinaryOp::Mul {
            self.push("nullif(");
            self.expr(&binary.right);
            self.push(", 0)");
        } else {
            self.operand(&binary.right, right_needs_parens(binary.op, &binary.right), false);
        }
        self.push("), -0.5e0)");
    }

    /// True for an operation whose result may be nearer to 0 than its operands.
    fn may_be_too_small(&self, binary: &Binary) -> bool {
        match binary.op {
            BinaryOp::Mul => !self.is_large(&binary.left) && !self.is_large(&binary.right),
            BinaryOp::Div => {
                !self.kind(&binary.left).is_integer()
                    && !float_of(&binary.right).is_some_and(|n| n.abs() <= 1.0)
            }
            _ => false,
        }
    }

    /// True for a factor that is 0, or 1 and more, or their opposite.
    fn is_large(&self, factor: &Expr) -> bool {
        self.kind(factor).is_integer() || float_of(factor).is_some_and(|n| n == 0.0 || n.abs() >= 1.0)
    }

    /// Writes a copy of what is written once more with its guards.
    pub(super) fn without_guards(&mut self, write: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.unguarded, true);
        write(self);
        self.unguarded = before;
    }

    /// A call whose result is NULL or 0 where it is an error elsewhere, and beside it what fails there. False for any other.
    pub(super) fn guarded_call(&mut self, call: &'a Call) -> bool {
        let guard = self.called_otherwise(call).map_or(CallGuard::None, |other| other.guard);
        let Some(first) = call.args.first().filter(|_| !self.unguarded && call.over.is_none()) else {
            return false;
        };
        match guard {
            CallGuard::None => return false,
            CallGuard::Null(open, close) => {
                self.push("coalesce(");
                self.plain_call(call);
                self.push(", ");
                self.push(open);
                self.without_guards(|w| w.expr(first));
                self.push(close);
            }
            CallGuard::TooSmall => {
                self.push("coalesce(nullif(0e0 * pow(abs(");
                let name = self.name_of_call(call);
                self.push(name);
                self.push("(nullif(");
                self.without_guards(|w| {
                    w.expr(first);
                    w.push(", 0)");
                    for arg in &call.args[1..] {
                        w.push(", ");
                        w.expr(arg);
                    }
                });
                self.push(")), -0.5e0), 0), ");
                self.plain_call(call);
            }
        }
        self.push(")");
        true
    }

    /// A quotient of decimals with 20 digits, of which there are up to 65 otherwise: more than a program reads. PostgreSQL
    /// gives no more.
    pub(super) fn decimal_quotient(&mut self, top: &'a Binary) {
        self.twenty_digits(|w| w.float_operation(top));
    }

    /// An average of decimals or integers, likewise.
    pub(super) fn decimal_average(&mut self, call: &'a Call) {
        self.twenty_digits(|w| w.plain_call(call));
    }

    fn twenty_digits(&mut self, write: impl Fn(&mut Self)) {
        if self.unguarded {
            return self.parens(write);
        }
        self.push("cast(round(");
        write(self);
        self.push(", greatest(0, 19 - coalesce(floor(log10(nullif(abs(");
        self.without_guards(write);
        self.push("), 0))), 0))) as decimal(65, 30))");
    }

    /// A bound decimal that is computed with: beside another one the database takes both for floats.
    pub(super) fn computed_value(&mut self, value: &'a Value) {
        self.push("cast(");
        self.bind(value);
        self.push(" as decimal(65, 30))");
    }

    /// True for one.
    pub(super) fn is_computed_decimal(&self, operand: &Expr) -> bool {
        matches!(operand, Expr::Value(value) if self.syntax.skips_not_null
            && Numeric::of(value.sql_type()) == Numeric::Decimal)
    }

    /// A cast with a guard in front, of several parts with the operand between.
    pub(super) fn guarded_cast(&mut self, operand: &'a Expr, guard: &[&str], [open, close]: [&str; 2]) {
        let guard = if self.unguarded { &[] } else { guard };
        for (at, part) in guard.iter().enumerate() {
            if at > 0 {
                self.without_guards(|w| w.expr(operand));
            }
            self.push(part);
        }
        self.push(open);
        self.expr(operand);
        self.push(close);
        if !guard.is_empty() {
            self.push(")");
        }
    }

    /// `-x` of an integer that is the same in every row, as a difference: some databases make a decimal of the opposite of
    /// a negative one. False for anything else.
    pub(super) fn constant_negation(&mut self, operand: &'a Expr) -> bool {
        let is_plain = matches!(operand, Expr::Column(_) | Expr::Literal(Literal::Int(0..)));
        if !self.syntax.skips_not_null
            || is_plain
            || !self.kind(operand).is_integer()
            || Constant::of(operand) != Constant::Value
        {
            return false;
        }
        self.push("(0 - ");
        self.operand(operand, right_needs_parens(BinaryOp::Sub, operand), false);
        self.push(")");
        true
    }

    /// True for an operand of `is null` that is computed and would be passed over where its columns are never NULL.
    pub(super) fn is_skipped(&self, operand: &Expr) -> bool {
        self.syntax.skips_not_null && may_fail(operand, 8)
    }

    /// Refuses a key that is computed and the same in every row: it is left out, and so is an error in it.
    pub(super) fn refuse_constant_key(&mut self, key: &Expr) {
        if self.is_skipped(key) && Constant::of(key) != Constant::No {
            self.unsupported("grouping by what holds no column", "leave it out: it makes no groups");
        }
    }

    /// `nullif(x, null)` for `x`, which is computed then.
    pub(super) fn not_skipped(&mut self, operand: &'a Expr) {
        self.push("nullif(");
        self.expr(operand);
        self.push(", null)");
    }

    /// A quotient of integers is one where `/` gives a fraction of them.
    pub(super) fn operator_among(&mut self, op: BinaryOp, kind: Numeric) {
        match self.syntax.integer_quotient {
            Some(words) if op == BinaryOp::Div && kind.is_integer() => self.push(words),
            _ => self.operator(op),
        }
    }
}

/// True for an operation whose result may be none, of which some databases say so only by a warning.
pub(super) fn may_warn(binary: &Binary) -> bool {
    matches!(binary.op, BinaryOp::Other(_))
        || operator_at(binary.op).is_some_and(|at| at > 2) && !super::numeric::is_not_zero(&binary.right)
}

/// True for what is computed and may be an error; deeper than so many levels it is taken for such.
fn may_fail(expr: &Expr, levels: u8) -> bool {
    let Some(levels) = levels.checked_sub(1) else { return true };
    match expr {
        Expr::Binary(binary) => operator_at(binary.op).is_some(),
        Expr::Unary(unary) => unary.op == UnaryOp::Neg,
        Expr::Cast { .. } => true,
        Expr::Call(call) => is_named(call, &["abs"]) || call.args.iter().any(|arg| may_fail(arg, levels)),
        Expr::Case(case) => {
            let mut results = case.branches.iter().map(|branch| &branch.result).chain(&case.otherwise);
            results.any(|result| may_fail(result, levels))
        }
        _ => false,
    }
}

/// A float that is there in the text.
fn float_of(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Value(Value::F64(n)) => Some(*n),
        Expr::Value(Value::F32(n)) => Some(f64::from(*n)),
        #[expect(clippy::cast_precision_loss, reason = "only its distance from 1 is asked for")]
        Expr::Literal(Literal::Int(n)) => Some(*n as f64),
        _ => None,
    }
}

/// What is the same in every row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Constant {
    /// It holds a column, or raw SQL that may.
    No,
    /// It is of values.
    Value,
    /// It is of a query, whose columns may all be those of its own tables.
    Query,
}

impl Constant {
    pub(super) fn of(expr: &Expr) -> Constant {
        struct Columns(Constant);
        impl Visit for Columns {
            type Error = ();
            fn expr(&mut self, node: &Expr) -> Result<(), ()> {
                match node {
                    Expr::Column(_) | Expr::Raw(_) | Expr::Excluded(_) => Err(()),
                    _ => walk::expr(self, node),
                }
            }
            fn select(&mut self, _: &Select) -> Result<(), ()> {
                self.0 = Constant::Query;
                Ok(())
            }
        }
        let mut columns = Columns(Constant::Value);
        match columns.expr(expr) {
            Ok(()) => columns.0,
            Err(()) => Constant::No,
        }
    }

    /// Of two beside each other.
    pub(super) fn beside(self, other: Constant) -> Constant {
        match (self, other) {
            (Constant::No, _) | (_, Constant::No) => Constant::No,
            (Constant::Query, _) | (_, Constant::Query) => Constant::Query,
            _ => Constant::Value,
        }
    }
}
