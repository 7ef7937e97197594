//! How many rows LIMIT and OFFSET count: a number, or a parameter of a prepared query.

use crate::ast::{Expr, grow};
use crate::expr::{Expression, Param, invalid};
use crate::value::ValueError;

/// A number of rows, for `limit` and `offset`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number of rows",
    note = "pass an integer; in a prepared query also a `Param<u32>`, which cannot be negative"
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

macro_rules! unsigned {
    ($($ty:ty)+) => {$(
        impl Count for $ty {
            #[inline]
            fn put(self, place: &mut Option<Expr>) {
                grow::count(place, u64::from(self));
            }
        }
    )+};
}

unsigned!(u8 u16 u32);

/// Integers that a `u64` may not hold. A negative one is an error that the query carries to its end.
macro_rules! checked {
    ($($ty:ty)+) => {$(
        impl Count for $ty {
            #[inline]
            fn put(self, place: &mut Option<Expr>) {
                match u64::try_from(self) {
                    Ok(rows) => grow::count(place, rows),
                    Err(_) => *place = Some(negative()),
                }
            }
        }
    )+};
}

checked!(i16 i32 i64 usize);

#[cold]
fn negative() -> Expr {
    invalid(ValueError::query("a negative number of rows", "limit and offset count from 0"))
}

// Of 32 bits, because SQLite takes a negative limit for none at all, and PostgreSQL has no unsigned 64-bit integer.
impl Count for Param<u32> {
    fn put(self, place: &mut Option<Expr>) {
        *place = Some(self.into_node());
    }
}
