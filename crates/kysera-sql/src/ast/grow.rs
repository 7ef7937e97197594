//! The steps by which typed queries grow a tree: one function for each step, none of them generic.
//!
//! Every clause of every query of a program calls them, so what counts is how little a call takes. Names and numbers go
//! in registers. What is moved in is taken from a place of the caller's, which has nothing to drop after it. And
//! `extern "C"`: such a function cannot unwind, so that callers need no code to clean up after each call. Running out of
//! memory ends the program either way, and nothing else here can fail.

#![allow(
    improper_ctypes_definitions,
    reason = "called from Rust alone; the ABI is there because it does not unwind"
)]

use super::{
    BinaryOp, ColumnRef, Direction, Expr, FromItem, JoinKind, Literal, OrderBy, Select, SelectItem, TableRef,
};
use crate::ident::{Name, StaticName};
use crate::table::TableMeta;
use crate::value::Value;
use std::mem::{ManuallyDrop, replace};

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

/// A node that is moved out of its place, which is left with nothing to drop.
type Moved<'a> = &'a mut ManuallyDrop<Expr>;

fn take(moved: Moved<'_>) -> Expr {
    replace(moved, Expr::Literal(Literal::Null))
}

/// A place to move a node from.
#[inline]
pub(crate) fn moved(node: Expr) -> ManuallyDrop<Expr> {
    ManuallyDrop::new(node)
}

/// As [`column`], for code that is not generic itself.
pub(crate) fn named(table: StaticName, name: StaticName) -> Expr {
    let table = (!table.is_empty()).then_some(Name::Borrowed(table));
    Expr::Column(ColumnRef { table, name: Name::Borrowed(name), outer: 0 })
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

/// The tree of `select .. from table`.
pub(crate) extern "C" fn from_table(meta: &'static TableMeta, alias: StaticName) -> Box<Select> {
    Box::new(Select::from(TableRef::typed(meta).aliased(*alias)))
}

/// Adds to WHERE.
pub(crate) extern "C" fn and_filter(query: &mut Select, condition: Moved<'_>) {
    query.and_filter(take(condition));
}

/// Joins a table to what stands in FROM.
pub(crate) extern "C" fn join_table(
    query: &mut Select,
    kind: JoinKind,
    meta: &'static TableMeta,
    alias: StaticName,
    on: Moved<'_>,
) {
    join(query, kind, TableRef::typed(meta).aliased(*alias).into(), Some(take(on)));
}

/// Joins an item to what stands in FROM.
pub(crate) fn join(query: &mut Select, kind: JoinKind, right: FromItem, on: Option<Expr>) {
    match query.from.pop() {
        Some(left) => query.from.push(left.join(kind, right, on)),
        None => query.from.push(right),
    }
}

/// The list of what is selected, emptied.
pub(crate) extern "C" fn items(query: &mut Select) -> &mut Vec<SelectItem> {
    query.items.clear();
    &mut query.items
}

/// A column as a key of ORDER BY.
pub(crate) extern "C" fn column_key(table: StaticName, name: StaticName, direction: Direction) -> OrderBy {
    OrderBy::new(named(table, name), direction)
}

/// Adds a key to ORDER BY.
pub(crate) extern "C" fn push_key(keys: &mut Vec<OrderBy>, key: &mut ManuallyDrop<OrderBy>) {
    keys.push(replace(key, OrderBy::new(Expr::Literal(Literal::Null), Direction::Default)));
}

/// `limit n` or `offset n`.
pub(crate) extern "C" fn count(place: &mut Option<Expr>, n: u64) {
    *place = Some(Expr::Value(Value::I64(i64::try_from(n).unwrap_or(i64::MAX))));
}
