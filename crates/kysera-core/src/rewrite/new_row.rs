//! The check of a row before it is written: with the values that the statement gives in place of the row's columns.

use super::pass::refused;
use crate::error::{Error, Result};
use kysera_sql::ast::{Assignment, ColumnRef, Expr};
use kysera_sql::ident::Name;
use kysera_sql::table::{Generated, TableHandle};
use kysera_sql::visit::{VisitMut, walk_mut};

/// The values of a new row.
pub(super) struct NewRow<'a> {
    values: Vec<(&'a Name, &'a Expr)>,
    /// Columns that are given no value keep the one they have, but for those of this table that the database generates.
    keeps_others: Option<TableHandle>,
}

impl<'a> NewRow<'a> {
    /// A row that is inserted.
    pub(super) fn inserted(columns: &'a [Name], values: &'a [Expr]) -> NewRow<'a> {
        NewRow { values: columns.iter().zip(values).collect(), keeps_others: None }
    }

    /// A row that is updated.
    pub(super) fn updated(set: &'a [Assignment], table: TableHandle) -> NewRow<'a> {
        let values = set.iter().map(|assignment| (&assignment.column, &assignment.value)).collect();
        NewRow { values, keeps_others: Some(table) }
    }

    /// The check about this row, whose columns the check writes as `label.column`.
    pub(super) fn check(&self, check: &Expr, label: &Name) -> Result<Expr> {
        let mut check = check.clone();
        PutValues { row: self, label }.expr(&mut check)?;
        Ok(check)
    }

    fn keeps(&self, column: &Name) -> bool {
        let described = self.keeps_others.as_ref().map(|table| table.column(column));
        described.is_some_and(|column| column.is_none_or(|column| column.generated != Generated::Always))
    }

    fn value(&self, column: &Name) -> Result<Option<Expr>> {
        match self.values.iter().find(|(given, _)| *given == column) {
            Some((_, Expr::Default)) => Err(has_no_value(column)),
            Some((_, value)) if is_repeatable(value) => Ok(Some((*value).clone())),
            Some(_) => Err(cannot_be_repeated(column)),
            None if self.keeps(column) => Ok(None),
            None => Err(has_no_value(column)),
        }
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

#[cold]
fn cannot_be_repeated(column: &Name) -> Error {
    refused(format!(
        "a plugin checks column `{column}`, whose value here may differ each time it is evaluated"
    ))
    .with_hint("give the column a value, a column, or an operation on these")
    .with_columns([column.to_string()])
}

#[cold]
fn has_no_value(column: &Name) -> Error {
    refused(format!("a plugin checks column `{column}`, to which this statement gives no value"))
        .with_hint("give the column a value in the statement")
        .with_columns([column.to_string()])
}
