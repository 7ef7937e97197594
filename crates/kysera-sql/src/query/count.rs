//! How many rows LIMIT and OFFSET count: a number, or a parameter of a prepared query.

use crate::ast::Expr;
use crate::expr::{Expression, Param};
use crate::value::Value;

/// A number of rows, for `limit` and `offset`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number of rows",
    note = "pass a `u64`; in a prepared query also a `Param<u32>`, which cannot be negative"
)]
pub trait Count {
    #[doc(hidden)]
    fn into_count(self) -> Expr;
}

impl Count for u64 {
    fn into_count(self) -> Expr {
        Expr::Value(Value::I64(i64::try_from(self).unwrap_or(i64::MAX)))
    }
}

// Of 32 bits, because SQLite takes a negative limit for none at all, and PostgreSQL has no unsigned 64-bit integer.
impl Count for Param<u32> {
    fn into_count(self) -> Expr {
        self.into_node()
    }
}
