//! JSON documents.

use crate::cell::{Cell, CellError};
use crate::wire::json;
use crate::wire::pg::{JSONB_VERSION, oid};
use std::borrow::Cow;

/// The text of a JSON document, not yet parsed. Inside nested rows documents travel as strings, so that the document
/// `null` differs from SQL NULL.
///
/// # Errors
/// When the cell holds something else.
pub fn json<'a>(cell: Cell<'a>, expected: &'static str) -> Result<Cow<'a, str>, CellError> {
    let text = match cell {
        Cell::Text(text) => Some(Cow::Borrowed(text)),
        Cell::Pg { oid: oid::JSON, bytes } => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Cell::Pg { oid: oid::JSONB, bytes } => bytes
            .strip_prefix(&[JSONB_VERSION])
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .map(Cow::Borrowed),
        Cell::Json(token) => json::string(token),
        _ => None,
    };
    text.ok_or_else(|| CellError::mismatch(expected, cell))
}
