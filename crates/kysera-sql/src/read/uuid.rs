//! UUIDs.

use crate::cell::{Cell, CellError};
use crate::wire::pg::oid;
use crate::wire::{hex, json};

/// A UUID: 16 bytes. Nested rows bring them as 32 hexadecimal digits, with or without hyphens.
///
/// # Errors
/// When the cell holds something else. A text is something else: a value is compared as 16 bytes, and would not find it.
pub fn uuid(cell: Cell<'_>, expected: &'static str) -> Result<[u8; 16], CellError> {
    let bytes = match cell {
        Cell::Uuid(bytes) => Some(bytes),
        Cell::Bytes(bytes) | Cell::Pg { oid: oid::UUID, bytes } => bytes.try_into().ok(),
        Cell::Text(_) => return Err(text_of_another_tool(expected)),
        // A blob is a string; what is none came in a list.
        Cell::Json(token) if token.starts_with("[\"") => return Err(text_of_another_tool(expected)),
        Cell::Json(token) => json::string(token).and_then(|text| digits(&text)),
        _ => return Err(CellError::mismatch(expected, cell)),
    };
    bytes.ok_or_else(|| CellError::new(expected, format!("{} that is not a UUID", cell.type_name())))
}

fn digits(text: &str) -> Option<[u8; 16]> {
    let hyphenated = text.len() == 36 && [8, 13, 18, 23].iter().all(|at| text.as_bytes()[*at] == b'-');
    if hyphenated { hex::decode_exact(&text.replace('-', "")) } else { hex::decode_exact(text) }
}

#[cold]
fn text_of_another_tool(expected: &'static str) -> CellError {
    CellError::new(expected, "text instead of 16 bytes").advice(
        "no comparison with a value would find it: rewrite what is stored, with unhex(replace(\"column\", '-', '')) on \
         SQLite, or declare the form on the column: #[column(form = \"uuid_text\")]",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: [u8; 16] =
        [0x67, 0xe5, 0x50, 0x44, 0x10, 0xb1, 0x42, 0x6f, 0x92, 0x47, 0xbb, 0x68, 0x0e, 0x5f, 0xe0, 0xc8];

    #[test]
    fn reads_bytes_and_their_digits_in_nested_rows() {
        for cell in [
            Cell::Uuid(UUID),
            Cell::Bytes(&UUID),
            Cell::Pg { oid: oid::UUID, bytes: &UUID },
            Cell::Json("\"67E5504410B1426F9247BB680E5FE0C8\""),
        ] {
            assert_eq!(uuid(cell, "Uuid"), Ok(UUID));
        }
    }

    #[test]
    fn a_text_is_refused_with_the_cure_because_no_value_would_find_it() {
        for cell in [
            Cell::Text("67e55044-10b1-426f-9247-bb680e5fe0c8"),
            Cell::Json("[\"67e55044-10b1-426f-9247-bb680e5fe0c8\"]"),
        ] {
            let error = uuid(cell, "Uuid").unwrap_err().to_string();
            assert!(error.contains("text instead of 16 bytes") && error.contains("uuid_text"), "{error}");
        }
    }

    #[test]
    fn refuses_other_lengths_and_hyphens_elsewhere() {
        for cell in [
            Cell::Bytes(&UUID[1..]),
            Cell::Json("\"67E5504410B1426F9247BB680E5FE0C\""),
            Cell::Json("\"67e5504-410b1-426f-9247-bb680e5fe0c8\""),
            Cell::Json("67"),
            Cell::Pg { oid: oid::BYTEA, bytes: &UUID },
        ] {
            assert!(uuid(cell, "Uuid").is_err(), "{cell:?}");
        }
    }
}
