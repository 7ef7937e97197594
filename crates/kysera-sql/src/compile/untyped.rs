//! Bound values among values alone, where nothing says their type and the database takes them for floats or text: one of
//! them is cast, from which it knows the others.

use super::numeric::{is_extreme, is_named, is_null, operator_at};
use super::param_type::{has_type, is_one_type, results_have_type};
use super::writer::Writer;
use crate::ast::{Binary, Call, Case, Expr, Literal};
use crate::dialect::TypePlace;
use crate::value::{SqlType, Value};

impl<'a> Writer<'a> {
    /// A number whose type nothing beside it says.
    #[inline]
    fn untyped_number<'e>(&self, expr: &'e Expr) -> Option<&'e Value> {
        match expr {
            Expr::Value(value) if self.syntax.untyped_values && is_number(value.sql_type()) => Some(value),
            _ => None,
        }
    }

    /// The operand from which a chain of operations begins, with its type where the second is a value too.
    pub(super) fn first_operand(&mut self, lowest: &'a Binary, first: &'a Expr, parens: bool) {
        let both = operator_at(lowest.op).is_some() && matches!(lowest.right, Expr::Value(_));
        match self.untyped_number(first).filter(|_| both) {
            Some(value) => self.typed_value(value),
            None => self.operand(first, parens, false),
        }
    }

    /// An item of rows that are kept or compared with others.
    pub(super) fn kept_item(&mut self, expr: &'a Expr) -> bool {
        let Some(value) = self.untyped_number(expr) else { return false };
        self.typed_value(value);
        true
    }

    /// An argument of a call whose others say no type either. False where it is written as elsewhere.
    pub(super) fn untyped_argument(&mut self, call: &'a Call, arg: &'a Expr) -> bool {
        if !self.syntax.untyped_values {
            return false;
        }
        let is_untyped = match is_one_type(&call.name) {
            true => is_first_value(&call.args, arg) && !call.args.iter().any(has_type),
            false => is_of_a_number(call) && call.args.first().is_some_and(|first| std::ptr::eq(first, arg)),
        };
        match self.untyped_number(arg).filter(|_| is_untyped) {
            Some(value) => {
                self.typed_value(value);
                true
            }
            None => self.untyped_extreme(call, arg),
        }
    }

    /// The least or greatest text among values alone, which would be bytes.
    fn untyped_extreme(&mut self, call: &'a Call, arg: &'a Expr) -> bool {
        let is_text = is_extreme(call) && !matches!(arg, Expr::Value(_)) && !has_type(arg) && holds_text(arg);
        if is_text {
            self.push("cast(");
            self.expr(arg);
            self.push(" as char)");
        }
        is_text
    }

    /// The result of a `case` that says the type of all, where none does by itself.
    pub(super) fn untyped_result<'e>(&self, case: &'e Case) -> Option<&'e Expr> {
        if !self.syntax.untyped_values || results_have_type(case) {
            return None;
        }
        let mut results = case.branches.iter().map(|branch| &branch.result).chain(&case.otherwise);
        results.find(|result| matches!(result, Expr::Value(_)))
    }

    /// A result of a `case`.
    pub(super) fn result_of_case(&mut self, typed: Option<&Expr>, result: &'a Expr) {
        match self.untyped_number(result) {
            Some(value) if typed.is_some_and(|typed| std::ptr::eq(typed, result)) => self.typed_value(value),
            _ => self.expr(result),
        }
    }

    fn typed_value(&mut self, value: &'a Value) {
        self.push("cast(");
        self.bind(value);
        self.push(" as ");
        self.type_name(value.sql_type(), TypePlace::Cast);
        self.push(")");
    }
}

/// True for the first of the arguments that is a value.
fn is_first_value(args: &[Expr], arg: &Expr) -> bool {
    args.iter().find(|arg| matches!(arg, Expr::Value(_))).is_some_and(|first| std::ptr::eq(first, arg))
}

/// True for functions of a number.
fn is_of_a_number(call: &Call) -> bool {
    is_named(call, &["abs", "avg", "ceil", "ceiling", "floor", "max", "min", "mod", "round", "sign", "sum"])
}

/// Booleans are numbers there.
fn is_number(ty: SqlType) -> bool {
    use SqlType::{Bool, Decimal, F32, F64, I16, I32, I64, U64};
    matches!(ty, Bool | I16 | I32 | I64 | U64 | F32 | F64 | Decimal)
}

/// True when one of what is chosen among is a text.
fn holds_text(expr: &Expr) -> bool {
    match expr {
        Expr::Value(value) => value.sql_type() == SqlType::Text,
        Expr::Literal(Literal::Text(_)) => true,
        Expr::Call(call) => call.args.iter().any(|arg| !is_null(arg) && holds_text(arg)),
        Expr::Case(case) => {
            let mut results = case.branches.iter().map(|branch| &branch.result).chain(&case.otherwise);
            results.any(holds_text)
        }
        _ => false,
    }
}
