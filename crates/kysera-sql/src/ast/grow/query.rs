//! The clauses of a query.

#![allow(improper_ctypes_definitions, reason = "called from Rust alone: see the folder")]

use super::compare::named;
use super::moved::{Moved, take};
use crate::ast::{Direction, Expr, FromItem, JoinKind, Literal, OrderBy, Select, SelectItem, TableRef};
use crate::ident::StaticName;
use crate::table::TableMeta;
use crate::value::Value;
use std::mem::{ManuallyDrop, replace};

/// The tree of `select .. from table`.
pub(crate) extern "C" fn from_table(meta: &'static TableMeta, alias: StaticName) -> Box<Select> {
    // Made in its place: it is large.
    let mut query = Box::<Select>::default();
    query.from = vec![TableRef::typed(meta).aliased(*alias).into()];
    query
}

/// Adds to WHERE; of no conditions nothing.
pub(crate) extern "C" fn and_filter(query: &mut Select, condition: Moved<'_>) {
    let condition = take(condition);
    if !matches!(&condition, Expr::Value(Value::Invalid(error)) if error.is_all_of_nothing()) {
        query.and_filter(condition);
    }
}

/// Joins a table to the items of FROM.
pub(crate) extern "C" fn join_table(
    query: &mut Select,
    kind: JoinKind,
    meta: &'static TableMeta,
    alias: StaticName,
    on: Moved<'_>,
) {
    join(query, kind, TableRef::typed(meta).aliased(*alias).into(), Some(take(on)));
}

/// Joins an item to the items of FROM.
pub(crate) fn join(query: &mut Select, kind: JoinKind, right: FromItem, on: Option<Expr>) {
    match query.from.pop() {
        Some(left) => query.from.push(left.join(kind, right, on)),
        None => query.from.push(right),
    }
    if !query.order_by.is_empty() {
        query.name_ordered_items();
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
