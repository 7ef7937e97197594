//! How a Rust value becomes a bound value. The implementations live beside each type, in `types`.

use super::{IntegerRange, SqlType, Value};

/// A Rust type whose values can be bound to a statement.
///
/// Lossless: the database gets what the Rust value says, to the microsecond for types of time (finer digits are
/// cut, for storing and for comparing alike). A value that cannot be bound at all, such as a map whose keys JSON
/// cannot write, becomes [`Value::Invalid`], which is refused before anything is sent.
///
/// # Examples
/// ```
/// # use kysera_sql::value::{SqlType, ToValue, Value};
/// assert_eq!(18_i64.to_value(), Value::I64(18));
/// assert_eq!(None::<&str>.to_value(), Value::Null(SqlType::Text));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be bound to a statement",
    note = "derive `SqlType` for a newtype or `SqlEnum` for an enum, or convert to a type that is listed in the guide"
)]
pub trait ToValue: Sized {
    /// The SQL type that it is sent as, also when it is NULL.
    const SQL_TYPE: SqlType;

    /// Which integers it holds, where its SQL type holds more.
    const RANGE: IntegerRange = IntegerRange::Whole;

    /// The value to bind.
    fn to_value(self) -> Value;
}

/// A Rust type that is one SQL scalar, so that a `Vec` of it can be bound as an array (as can one of `Option`s).
///
/// Bytes are a scalar of their own: `Vec<u8>` is `bytea`, `Vec<Vec<u8>>` is `bytea[]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an item of a SQL array",
    note = "arrays have one dimension and hold scalars, or `Option`s of them"
)]
pub trait ScalarValue: ToValue {}
