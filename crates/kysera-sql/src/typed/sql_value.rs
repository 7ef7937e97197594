//! Which Rust types are SQL types in a query, beside scalars: options and lists; conditions and text.

use super::{Nullable, Required, SqlValue};
use crate::row::FromRow;
use crate::value::{IntegerRange, SqlType};

impl<T: FromRow> SqlValue for Option<T> {
    type Base = T;
    type Null = Nullable;
    type Nullable = Option<T>;
    const TYPE: SqlType = T::CELL;
    const RANGE: IntegerRange = T::RANGE;
}

/// A list: the nested rows of `array_from`, or an array. An absent one is an `Option` like anything else.
impl<T> SqlValue for Vec<T>
where
    Vec<T>: FromRow,
{
    type Base = Vec<T>;
    type Null = Required;
    type Nullable = Option<Vec<T>>;
    const TYPE: SqlType = <Vec<T> as FromRow>::CELL;
}

/// What a condition may be: a boolean that may be NULL or not. `filter` keeps rows where it is true.
#[diagnostic::on_unimplemented(
    message = "a condition must be a SQL boolean, this is a `{Self}`",
    note = "compare it: `.eq(..)`, `.gt(..)`, `.is_not_null()`"
)]
pub trait Condition {}
impl Condition for bool {}
impl Condition for Option<bool> {}

/// Types whose values are text in the database, for `like`, `upper` and `concat`.
#[diagnostic::on_unimplemented(
    message = "a SQL `{Self}` is not text",
    note = "write `.cast::<String>()` behind it, in front of text functions and among what `concat` joins"
)]
pub trait Textual {}
