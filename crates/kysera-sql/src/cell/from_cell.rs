//! The trait that reads a cell. The readers are beside each type, in `types`.

use super::{Cell, CellError};

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
