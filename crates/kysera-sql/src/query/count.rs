//! How many rows LIMIT and OFFSET count: a number, or a parameter of a prepared query.

use crate::ast::{Expr, grow};
use crate::expr::{Expression, Param};

/// A number of rows, for `limit` and `offset`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number of rows",
    note = "pass a `u64`; in a prepared query also a `Param<u32>`, which cannot be negative"
)]
pub trait Count {
    /// Makes it the LIMIT or OFFSET.
    #[doc(hidden)]
    fn put(self, place: &mut Option<Expr>);
}

impl Count for u64 {
    #[inline]
    fn put(self, place: &mut Option<Expr>) {
        grow::count(place, self);
    }
}

// Of 32 bits, because SQLite takes a negative limit for none at all, and PostgreSQL has no unsigned 64-bit integer.
impl Count for Param<u32> {
    fn put(self, place: &mut Option<Expr>) {
        *place = Some(self.into_node());
    }
}
