//! One value of a result row, as the driver's buffer holds it, and the trait that reads it.
//!
//! A cell borrows; nothing is copied until a Rust type asks for it.

use std::borrow::Cow;

/// A borrowed value of a result row, before it becomes a Rust value.
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

/// Why a cell could not be read as a Rust type. The row's reader adds the column.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("expected {expected}, found {found}")]
pub struct CellError {
    /// The Rust or SQL type that was asked for.
    pub expected: &'static str,
    /// What the cell holds: a type, never the value itself.
    pub found: Cow<'static, str>,
}

impl CellError {
    /// An error for a cell that holds something else than `expected`.
    pub fn new(expected: &'static str, found: impl Into<Cow<'static, str>>) -> Self {
        CellError { expected, found: found.into() }
    }
}

/// A Rust type that can be read from one cell.
///
/// # Errors
/// A cell that does not hold this type exactly is an error; nothing is truncated and nothing defaults.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a column",
    note = "derive `SqlType` for a newtype or `SqlEnum` for an enum, or select into a type that is listed in the guide"
)]
pub trait FromCell: Sized {
    /// Reads the cell.
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError>;
}
