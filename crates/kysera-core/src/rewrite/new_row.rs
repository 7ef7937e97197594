//! The check of a row before it is written: with the values that the statement gives in place of the row's columns.

use super::pass::refused;
use crate::error::{Error, Result};
use kysera_sql::ast::{Assignment, ColumnRef, Expr, Literal};
use kysera_sql::ident::Name;
use kysera_sql::table::{Generated, TableHandle};
use kysera_sql::value::{SqlType, Value};
use kysera_sql::visit::{VisitMut, walk_mut};

/// The values of a new row.
pub(super) struct NewRow<'a> {
    values: Vec<(&'a Name, &'a Expr)>,
    table: TableHandle,
    /// Columns that are given no value keep the one they have, but for those that the database generates.
    keeps_others: bool,
}

impl<'a> NewRow<'a> {
    /// A row that is inserted.
    pub(super) fn inserted(columns: &'a [Name], values: &'a [Expr], table: TableHandle) -> NewRow<'a> {
        NewRow { values: columns.iter().zip(values).collect(), table, keeps_others: false }
    }

    /// A row that is updated.
    pub(super) fn updated(set: &'a [Assignment], table: TableHandle) -> NewRow<'a> {
        let values = set.iter().map(|assignment| (&assignment.column, &assignment.value)).collect();
        NewRow { values, table, keeps_others: true }
    }

    /// The check about this row, whose columns the check writes as `label.column`.
    pub(super) fn check(&self, check: &Expr, label: &Name) -> Result<Expr> {
        let mut check = check.clone();
        PutValues { row: self, label }.expr(&mut check)?;
        Ok(check)
    }

    fn keeps(&self, column: &Name) -> bool {
        let described = self.table.column(column);
        self.keeps_others && described.is_none_or(|column| column.generated != Generated::Always)
    }

    fn value(&self, column: &Name) -> Result<Option<Expr>> {
        match self.values.iter().find(|(given, _)| *given == column) {
            Some((_, Expr::Default)) => Err(self.has_no_value(column)),
            Some((_, value)) if is_repeatable(value) => Ok(Some(self.as_stored(column, value))),
            Some(_) => Err(self.cannot_be_repeated(column)),
            None if self.keeps(column) => Ok(None),
            None => Err(self.has_no_value(column)),
        }
    }

    /// The value as the column will hold it: 1.6 is 2 in a column of integers.
    fn as_stored(&self, column: &Name, value: &Expr) -> Expr {
        match self.table.column(column).map(|column| column.sql_type) {
            None | Some(SqlType::Unknown) => value.clone(),
            Some(ty) if is_of(value, ty) => value.clone(),
            Some(to) => Expr::cast(value.clone(), to),
        }
    }

    #[cold]
    fn cannot_be_repeated(&self, column: &Name) -> Error {
        refused(format!(
            "a plugin checks column `{column}` of table `{}`, whose value here may differ each time it is evaluated",
            self.table.name
        ))
        .with_hint("give the column a value, a column, or an operation on these")
        .with_table(self.table.name.clone())
        .with_columns([column.to_string()])
    }

    #[cold]
    fn has_no_value(&self, column: &Name) -> Error {
        refused(format!(
            "a plugin checks column `{column}` of table `{}`, to which this statement gives no value",
            self.table.name
        ))
        .with_hint("give the column a value in the statement")
        .with_table(self.table.name.clone())
        .with_columns([column.to_string()])
    }
}

struct PutValues<'a> {
    row: &'a NewRow<'a>,
    label: &'a Name,
}

impl VisitMut for PutValues<'_> {
    type Error = Error;

    fn expr(&mut self, node: &mut Expr) -> Result<()> {
        if let Expr::Column(ColumnRef { table: Some(table), name, .. }) = node
            && table == self.label
        {
            if let Some(value) = self.row.value(name)? {
                *node = value;
            }
            return Ok(());
        }
        walk_mut::expr(self, node)
    }
}

/// The check about the row that an upsert proposed.
pub(super) fn about_proposed(check: &Expr, label: &Name) -> Expr {
    let mut check = check.clone();
    let Ok(()) = Propose { label }.expr(&mut check);
    check
}

struct Propose<'a> {
    label: &'a Name,
}

impl VisitMut for Propose<'_> {
    type Error = std::convert::Infallible;

    fn expr(&mut self, node: &mut Expr) -> Result<(), Self::Error> {
        if let Expr::Column(ColumnRef { table: Some(table), name, .. }) = node
            && table == self.label
        {
            *node = Expr::Excluded(std::mem::take(name));
            return Ok(());
        }
        walk_mut::expr(self, node)
    }
}

/// True for an expression that gives the same value wherever the statement evaluates it: the check and the row.
fn is_repeatable(value: &Expr) -> bool {
    match value {
        Expr::Value(_) | Expr::Literal(_) | Expr::Column(_) | Expr::Excluded(_) => true,
        Expr::Cast { operand, .. } => is_repeatable(operand),
        Expr::Binary(binary) => is_repeatable(&binary.left) && is_repeatable(&binary.right),
        _ => false,
    }
}

/// True for a value that a column of that type holds as it is.
fn is_of(value: &Expr, ty: SqlType) -> bool {
    match value {
        Expr::Value(Value::Null(_)) | Expr::Literal(Literal::Null) => true,
        Expr::Value(value) => value.sql_type() == ty,
        Expr::Literal(Literal::Int(_)) => {
            matches!(ty, SqlType::I16 | SqlType::I32 | SqlType::I64 | SqlType::U64)
        }
        Expr::Literal(Literal::Text(_)) => ty == SqlType::Text,
        Expr::Literal(Literal::Bool(_)) => ty == SqlType::Bool,
        _ => false,
    }
}
