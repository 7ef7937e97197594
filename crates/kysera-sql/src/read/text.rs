//! Text.

use crate::cell::{Cell, CellError};
use crate::wire::json;
use crate::wire::pg::oid;
use std::borrow::Cow;

/// Text, borrowed where it can be. Labels of enums are read with this.
///
/// # Errors
/// When the cell holds something else, or text that is not UTF-8.
///
/// # Dialects
/// PostgreSQL: `char(n)` keeps its padding. Enums, `citext` and domains over text are text; other types of the
/// database's own (`ltree`, `hstore`) are refused: their binary form is not their text, so cast them in the query.
#[inline]
pub fn text<'a>(cell: Cell<'a>, expected: &'static str) -> Result<Cow<'a, str>, CellError> {
    match cell {
        Cell::Text(text) => Ok(Cow::Borrowed(text)),
        Cell::Pg { oid, bytes } if is_text(oid) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(_) => Err(CellError::new(expected, format!("{} that is not UTF-8", cell.type_name()))),
        },
        Cell::Json(token) => json::string(token).ok_or_else(|| CellError::mismatch(expected, cell)),
        Cell::Pg { oid, .. } if oid < oid::FIRST_CUSTOM && oid != oid::NUMERIC => {
            Err(CellError::mismatch(expected, cell).advice("its text is `cast(x as text)`"))
        }
        _ => Err(CellError::mismatch(expected, cell)),
    }
}

/// Types whose binary form is their text. A type of the database's own is not among them: its driver knows whether it is
/// text, and hands it over as such.
fn is_text(oid: u32) -> bool {
    matches!(
        oid,
        oid::TEXT | oid::VARCHAR | oid::BPCHAR | oid::NAME | oid::CHAR | oid::UNKNOWN | oid::XML | oid::JSON
    )
}
