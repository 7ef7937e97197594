//! `is null` where the database answers something else for it: it is written as a null-safe comparison.

use super::formed::each_table;
use super::writer::Writer;
use crate::ast::{ColumnRef, Expr};
use crate::table::ColumnMeta;
use crate::value::SqlType;

impl<'a> Writer<'a> {
    /// True for a date that is never NULL by its table's description: where it is a zero date, the database says of it that
    /// it is NULL (manual, "Comparison Functions and Operators", IS NULL).
    pub(super) fn is_date_taken_for_null(&self, operand: &Expr) -> bool {
        use SqlType::{Date, DateTime, Timestamp};
        let is_date =
            |column: &ColumnMeta| !column.nullable && matches!(column.sql_type, Date | DateTime | Timestamp);
        self.syntax.skips_not_null && self.is_column(operand, is_date)
    }

    /// True for a column of which a description, of a table in sight, says that.
    pub(super) fn is_column(&self, operand: &Expr, says: impl Fn(&ColumnMeta) -> bool) -> bool {
        let Expr::Column(ColumnRef { table: Some(label), name, .. }) = operand else { return false };
        let mut found = false;
        for item in self.scopes.iter().copied().flatten() {
            each_table(item, &mut |table| {
                let column = table.meta.as_deref().filter(|_| table.label() == label);
                found |= column.and_then(|meta| meta.column(name)).is_some_and(&says);
            });
        }
        found
    }

    /// `x <=> null` for `x is null`.
    pub(super) fn computed_null_test(&mut self, operand: &'a Expr, negated: bool) {
        self.push(if negated { "not (" } else { "" });
        self.tested(operand);
        self.push(if negated { " <=> null)" } else { " <=> null" });
    }
}
