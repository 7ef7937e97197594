//! ORDER BY the output, and the counts of LIMIT and OFFSET.

use crate::ast::{Expr, Select};
use crate::expr::{OrderKeys, invalid};
use crate::value::{Value, ValueError};

/// Adds keys over the query's own output. They must be columns as they are: inside an expression a database looks
/// for a column of a table first (PostgreSQL manual, SELECT, ORDER BY clause).
pub(crate) fn push_output(query: &mut Select, keys: impl OrderKeys) {
    let from = query.order_by.len();
    keys.push_keys(&mut query.order_by);
    for key in &mut query.order_by[from..] {
        if !matches!(key.expr, Expr::Column(_)) {
            key.expr = invalid(ValueError::new(
                "a computed key of order_by_output",
                "it takes columns of the output as they are; select the expression, or use order_by",
            ));
        }
    }
}

/// A count of rows, bound.
pub(crate) fn count(n: u64) -> Expr {
    Expr::Value(Value::I64(i64::try_from(n).unwrap_or(i64::MAX)))
}
