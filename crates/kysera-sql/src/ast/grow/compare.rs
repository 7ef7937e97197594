//! Columns and comparisons.

#![allow(improper_ctypes_definitions, reason = "called from Rust alone: see the folder")]

use super::moved::{Moved, take};
use crate::ast::{BinaryOp, ColumnRef, Expr, Numeric};
use crate::ident::{Name, StaticName};
use crate::value::Value;

/// The operators of comparisons, in one byte: [`BinaryOp`] takes two words.
#[derive(Clone, Copy, Debug)]
pub enum Compare {
    /// `=`
    Eq,
    /// `<>`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl Compare {
    /// True for those that ask which comes first.
    #[inline]
    pub(crate) const fn orders(self) -> bool {
        !matches!(self, Compare::Eq | Compare::Ne)
    }
}

impl From<Compare> for BinaryOp {
    fn from(op: Compare) -> BinaryOp {
        match op {
            Compare::Eq => BinaryOp::Eq,
            Compare::Ne => BinaryOp::Ne,
            Compare::Lt => BinaryOp::Lt,
            Compare::Le => BinaryOp::Le,
            Compare::Gt => BinaryOp::Gt,
            Compare::Ge => BinaryOp::Ge,
        }
    }
}

/// As [`column`], for code that is not generic itself. What is a decimal says so afterwards.
pub(crate) fn named(table: StaticName, name: StaticName) -> Expr {
    let table = (!table.is_empty()).then_some(Name::Borrowed(table));
    Expr::Column(ColumnRef { table, name: Name::Borrowed(name), outer: 0, numeric: Numeric::Other })
}

/// `"table"."name"`.
pub(crate) extern "C" fn column(table: StaticName, name: StaticName) -> Expr {
    named(table, name)
}

/// `left op right`, both columns.
pub(crate) extern "C" fn compare_columns(
    left_table: StaticName,
    left: StaticName,
    op: Compare,
    right_table: StaticName,
    right: StaticName,
) -> Expr {
    Expr::binary(named(left_table, left), op.into(), named(right_table, right))
}

macro_rules! compare_values {
    ($($name:ident: |$value:ident: $ty:ty| $node:expr;)+) => {$(
        /// `column op value`.
        pub(crate) extern "C" fn $name(table: StaticName, name: StaticName, op: Compare, $value: $ty) -> Expr {
            Expr::binary(named(table, name), op.into(), Expr::Value($node))
        }
    )+};
}

compare_values! {
    compare_bool: |value: bool| Value::Bool(value);
    compare_i16: |value: i16| Value::I16(value);
    compare_i32: |value: i32| Value::I32(value);
    compare_i64: |value: i64| Value::I64(value);
    compare_f64: |value: f64| Value::F64(value);
}

/// `column op text`.
pub(crate) extern "C" fn compare_text(table: StaticName, name: StaticName, op: Compare, text: &str) -> Expr {
    Expr::binary(named(table, name), op.into(), Expr::Value(Value::Text(text.to_owned().into())))
}

/// `column op node`.
pub(crate) extern "C" fn compare_node(
    table: StaticName,
    name: StaticName,
    op: Compare,
    right: Moved<'_>,
) -> Expr {
    Expr::binary(named(table, name), op.into(), take(right))
}

/// `left op right`.
pub(crate) extern "C" fn compare_nodes(left: Moved<'_>, op: Compare, right: Moved<'_>) -> Expr {
    Expr::binary(take(left), op.into(), take(right))
}
