//! One value of a result row, as the driver's buffer holds it, and the trait that reads it.
//!
//! A cell borrows; nothing is copied until a Rust type asks for it. The readers live beside each type, in `types`.

mod cells;
mod error;
mod fixed_point;
mod from_cell;

pub(crate) use cells::Cells;
pub use error::{CellError, Step};
pub use fixed_point::FixedPoint;
pub use from_cell::FromCell;

use crate::wire::pg::oid;
use crate::wire::temporal::Civil;
use std::borrow::Cow;

/// A borrowed value of a result row, before it becomes a Rust value.
///
/// A driver gives each value in the form that costs nothing: as its client hands it over. Dates, times, decimals and
/// UUIDs have variants for clients that send them in parts; the types that read these also read the text and the bytes
/// that other databases have for them.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Cell<'a> {
    /// SQL NULL (also JSON null inside a nested row).
    Null,
    /// A boolean, where the client tells it from an integer.
    Bool(bool),
    /// A signed integer.
    I64(i64),
    /// An unsigned integer beyond `i64`.
    U64(u64),
    /// A float.
    F64(f64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A calendar date, in days since 1970-01-01.
    Date(i32),
    /// A time of day, in nanoseconds since midnight.
    Time(i64),
    /// A date and time without a zone. Also read as an instant in UTC, for databases that have no type for instants.
    DateTime(Civil),
    /// An instant, as date and time in UTC.
    Timestamp(Civil),
    /// An exact decimal as plain text: `-12.50`.
    Decimal(&'a str),
    /// An exact decimal as an integer and a scale.
    FixedPoint(FixedPoint),
    /// A UUID, its bytes in the order in which it is written.
    Uuid([u8; 16]),
    /// A value in PostgreSQL's binary format, with the OID of its type.
    Pg {
        /// The type's OID.
        oid: u32,
        /// The binary value.
        bytes: &'a [u8],
    },
    /// The text of one element of a nested JSON array: a scalar token or an array, never `null`.
    Json(&'a str),
}

impl Cell<'_> {
    /// True for SQL NULL.
    #[inline]
    pub fn is_null(&self) -> bool {
        matches!(self, Cell::Null)
    }

    /// The type of what it holds, for messages: `null`, `text`, `int8 (OID 20)`. Never the value.
    pub fn type_name(&self) -> Cow<'static, str> {
        match self {
            Cell::Null => "null".into(),
            Cell::Bool(_) => "a boolean".into(),
            Cell::I64(_) | Cell::U64(_) => "an integer".into(),
            Cell::F64(_) => "a float".into(),
            Cell::Text(_) => "text".into(),
            Cell::Bytes(_) => "bytes".into(),
            Cell::Date(_) => "a date".into(),
            Cell::Time(_) => "a time".into(),
            Cell::DateTime(_) => "a date and time".into(),
            Cell::Timestamp(_) => "a timestamp".into(),
            Cell::Decimal(_) | Cell::FixedPoint(_) => "a decimal".into(),
            Cell::Uuid(_) => "a UUID".into(),
            Cell::Pg { oid, .. } => oid::describe(*oid),
            Cell::Json(token) => match token.as_bytes().first() {
                Some(b'[') => "a JSON array",
                Some(b'{') => "a JSON object",
                Some(b'"') => "a JSON string",
                Some(b't' | b'f') => "a JSON boolean",
                Some(b'-' | b'0'..=b'9') => "a JSON number",
                _ => "malformed JSON",
            }
            .into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cell;

    /// Rows are arrays of cells on the stack: a larger cell slows every driver down.
    #[test]
    fn a_cell_is_three_words() {
        assert_eq!(size_of::<Cell<'_>>(), 24);
    }
}
