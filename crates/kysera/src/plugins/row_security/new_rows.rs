//! Refuses new rows before they are sent, where the values that a statement gives decide it: nothing is learnt then from a
//! unique key that the row would meet.

use super::rules::Rules;
use super::truth::{Known, Truth, truth};
use kysera_core::plugin::{Operation, Parameter};
use kysera_sql::ast::{Expr, Insert, InsertSource};
use kysera_sql::ident::Name;
use kysera_sql::value::Value;

/// True when a row of the insert cannot pass, whatever the database makes of it.
pub(super) fn has_a_row_that_cannot_pass(insert: &Insert, rules: &Rules, asker: &dyn Known) -> bool {
    let InsertSource::Values(rows) = &insert.source else { return false };
    let answers = rules.answers(asker);
    let Some(check) = rules.new_row(Operation::Insert, answers.as_bytes()) else { return false };
    let cannot_pass = |row: &[Expr]| {
        let row = Row { asker, columns: &insert.columns, row };
        !truth(check.predicate(), &row).may_be(Truth::TRUE)
    };
    rows.iter().any(cannot_pass)
}

/// A new row as far as the statement gives its values.
struct Row<'a> {
    asker: &'a dyn Known,
    columns: &'a [Name],
    row: &'a [Expr],
}

impl Known for Row<'_> {
    fn field(&self, name: &str) -> Option<Parameter> {
        self.asker.field(name)
    }

    fn column(&self, name: &str) -> Option<&Value> {
        let at = self.columns.iter().position(|column| column == name)?;
        match self.row.get(at)? {
            Expr::Value(value) => Some(value),
            _ => None,
        }
    }
}
