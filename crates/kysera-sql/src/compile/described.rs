//! What a column is that a plugin or a tree names by its name alone: its table's description says it.
//!
//! A column of a typed query says by itself what has to be known of it, so nothing is looked up for it.

use super::writer::Writer;
use crate::ast::{ColumnRef, Expr, FromItem, Numeric, TableRef};
use crate::ident::Name;
use crate::value::{CustomType, SqlType};

impl<'a> Writer<'a> {
    /// The type of a column that does not say what it is; `None` for others, and where no description is in sight.
    pub(super) fn described(&self, column: &ColumnRef) -> Option<SqlType> {
        if column.numeric != Numeric::Unknown {
            return None;
        }
        let found = self.scopes.iter().rev().find_map(|scope| described_in(scope, column));
        found.or_else(|| self.target.and_then(|table| described_by(table, column)))
    }

    /// The enum of a column that was named so, where the database does not know the order of its labels.
    pub(super) fn named_enum(&self, expr: &Expr) -> Option<&'static CustomType> {
        if self.syntax.enum_order {
            return None;
        }
        let ty = match expr {
            Expr::Column(column) => self.described(column),
            Expr::Excluded(name) => self.proposed_type(name),
            _ => None,
        };
        match ty {
            Some(SqlType::Custom(ty)) if !ty.labels.is_empty() => Some(ty),
            _ => None,
        }
    }

    /// The type of a column of the row that an upsert proposed.
    pub(super) fn proposed_type(&self, name: &Name) -> Option<SqlType> {
        Some(self.upsert?.into.meta.as_ref()?.column(name)?.sql_type)
    }
}

fn described_in(items: &[FromItem], column: &ColumnRef) -> Option<SqlType> {
    items.iter().find_map(|item| {
        // Joins lean to the left.
        let mut item = item;
        loop {
            match item {
                FromItem::Table(table) => return described_by(table, column),
                FromItem::Join(join) => {
                    if let FromItem::Table(table) = &join.right
                        && let Some(ty) = described_by(table, column)
                    {
                        return Some(ty);
                    }
                    item = &join.left;
                }
                _ => return None,
            }
        }
    })
}

fn described_by(table: &TableRef, column: &ColumnRef) -> Option<SqlType> {
    if column.table.as_ref().is_some_and(|label| label != table.label()) {
        return None;
    }
    Some(table.meta.as_ref()?.column(&column.name)?.sql_type)
}
