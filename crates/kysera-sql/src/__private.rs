//! What generated code names. Not for people: it changes without notice.

pub use crate::__scalar as scalar;
pub use crate::cell::{Cell, CellError, FromCell};
pub use crate::read::text as read_text;
pub use crate::value::{CustomType, SqlType, ToValue, Value};

/// The error for text that is none of an enum's labels. The label is data, so it is not repeated.
#[cold]
pub fn unknown_label(expected: &'static str) -> CellError {
    CellError::new(expected, "text that is none of its labels")
}
