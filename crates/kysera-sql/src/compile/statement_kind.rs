//! What a driver may rely on when it runs a statement: its kind, whether it returns rows, whether it needs types looked up.

use super::writer::Contents;
use crate::ast::{
    Binary, BinaryOp, Delete, Expr, FromItem, Insert, InsertSource, Literal, NestedEncoding, SelectItem,
    Statement, TableRef, Update,
};
use crate::compiled::{Facts, StatementKind};
use crate::value::SqlType;

pub(super) fn kind(statement: &Statement, contents: Contents) -> StatementKind {
    match statement {
        Statement::Raw { .. } => StatementKind::Raw,
        Statement::Schema(_) => StatementKind::Ddl,
        Statement::Select(_) if contents.writes => StatementKind::Write,
        // A function that a write calls may change the session as well.
        _ if contents.raw => StatementKind::Raw,
        Statement::Select(_) => StatementKind::Read,
        _ if contents.subquery => StatementKind::Write,
        Statement::Insert(insert) => insert_shape(insert),
        Statement::Update(update) if is_keyed_update(update) => StatementKind::KeyedWrite,
        Statement::Delete(delete) if is_keyed_delete(delete) => StatementKind::KeyedWrite,
        Statement::Update(_) | Statement::Delete(_) | Statement::Merge(_) => StatementKind::Write,
    }
}

fn insert_shape(insert: &Insert) -> StatementKind {
    match &insert.source {
        InsertSource::Values(rows) => StatementKind::InsertValues(rows.len()),
        InsertSource::DefaultValues => StatementKind::InsertValues(1),
        InsertSource::Select(_) => StatementKind::Write,
    }
}

fn is_keyed_update(update: &Update) -> bool {
    update.from.is_empty() && pins_key(&update.table, update.filter.as_ref())
}

fn is_keyed_delete(delete: &Delete) -> bool {
    delete.using.is_empty() && pins_key(&delete.from, delete.filter.as_ref())
}

/// True when the filter says `=` a constant of every column of the primary key.
fn pins_key(table: &TableRef, filter: Option<&Expr>) -> bool {
    let (Some(meta), Some(filter)) = (table.meta.as_deref(), filter) else { return false };
    !meta.primary_key.is_empty() && meta.primary_key.iter().all(|column| pins(filter, table, column))
}

/// True when one of the conditions that `and` joins pins the column.
fn pins(filter: &Expr, table: &TableRef, column: &str) -> bool {
    let mut left_to_see = vec![filter];
    while let Some(condition) = left_to_see.pop() {
        match condition {
            Expr::Binary(binary) if binary.op == BinaryOp::And => {
                left_to_see.extend([&binary.left, &binary.right]);
            }
            Expr::Binary(binary) if binary.op == BinaryOp::Eq && pins_by(binary, table, column) => {
                return true;
            }
            _ => {}
        }
    }
    false
}

fn pins_by(binary: &Binary, table: &TableRef, column: &str) -> bool {
    let is_column = |expr: &Expr| match expr {
        Expr::Column(c) => c.name == column && c.table.as_ref().is_none_or(|label| label == table.label()),
        _ => false,
    };
    let is_constant = |expr: &Expr| matches!(expr, Expr::Value(_) | Expr::Literal(_));
    is_column(&binary.left) && is_constant(&binary.right)
        || is_constant(&binary.left) && is_column(&binary.right)
}

pub(super) fn facts(statement: &Statement, contents: Contents) -> Facts {
    Facts {
        returns_rows: returns_rows(statement),
        needs_type_lookup: needs_type_lookup(statement),
        may_warn: match statement {
            Statement::Raw { .. } => false,
            _ => contents.may_warn || contents.subquery && is_write(statement) || reads_beside(statement),
        },
        affected: contents.affected,
        text_params: 0,
    }
}

/// True for a write that joins other tables. Each may be a view, which computes what its text does not show; so may one that
/// a query inside the write reads.
fn reads_beside(statement: &Statement) -> bool {
    match statement {
        Statement::Update(update) => !update.from.is_empty(),
        Statement::Delete(delete) => !delete.using.is_empty(),
        _ => false,
    }
}

fn is_write(statement: &Statement) -> bool {
    matches!(statement, Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_))
}

fn returns_rows(statement: &Statement) -> bool {
    match statement {
        Statement::Select(_) => true,
        Statement::Raw { returns_rows, .. } => *returns_rows,
        _ => !output_items(statement).is_empty(),
    }
}

fn needs_type_lookup(statement: &Statement) -> bool {
    match statement {
        Statement::Raw { returns_rows, .. } => *returns_rows,
        _ => output_items(statement).iter().any(|item| !is_built_in(item) && may_be_custom(item, statement)),
    }
}

fn output_items(statement: &Statement) -> &[SelectItem] {
    match statement {
        Statement::Select(select) => &select.items,
        Statement::Insert(insert) => &insert.returning,
        Statement::Update(update) => &update.returning,
        Statement::Delete(delete) => &delete.returning,
        Statement::Merge(merge) => &merge.returning,
        _ => &[],
    }
}

/// True for a column of a built-in type, as most items are.
#[inline]
fn is_built_in(item: &SelectItem) -> bool {
    matches!(item, SelectItem::Expr { expr: Expr::Column(_), ty: Some(ty), .. }
        if !matches!(ty, SqlType::Custom(_) | SqlType::Unknown | SqlType::Array(_)))
}

/// True unless the type is known to be built in.
fn may_be_custom(item: &SelectItem, statement: &Statement) -> bool {
    match item {
        SelectItem::Expr { expr: Expr::Nested(nested), .. } => {
            nested.encoding == NestedEncoding::Positional
                && nested.query.items.iter().any(|item| may_be_custom(item, statement))
        }
        SelectItem::Expr { ty: Some(ty), .. } => is_custom(*ty),
        SelectItem::Expr { expr, ty: None, .. } => match expr {
            Expr::Value(value) => is_custom(value.sql_type()),
            Expr::Cast { to, .. } => is_custom(*to),
            Expr::Literal(Literal::Null | Literal::Bool(_) | Literal::Int(_) | Literal::Text(_)) => false,
            _ => true,
        },
        SelectItem::Star(_) => all_may_be_custom(statement),
    }
}

fn is_custom(ty: SqlType) -> bool {
    match ty {
        SqlType::Custom(_) | SqlType::Unknown => true,
        SqlType::Array(element) => is_custom(*element),
        _ => false,
    }
}

/// `*` is known when every table behind it is.
fn all_may_be_custom(statement: &Statement) -> bool {
    let table = |table: &TableRef| match &table.meta {
        Some(meta) => meta.columns.iter().any(|column| is_custom(column.sql_type)),
        None => true,
    };
    match statement {
        Statement::Select(select) => select.from.iter().any(|item| match item {
            FromItem::Table(reference) => table(reference),
            _ => true,
        }),
        Statement::Insert(insert) => table(&insert.into),
        Statement::Update(update) => !update.from.is_empty() || table(&update.table),
        Statement::Delete(delete) => !delete.using.is_empty() || table(&delete.from),
        _ => true,
    }
}
