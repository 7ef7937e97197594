//! UUIDs.

use crate::cell::{Cell, CellError};
use crate::wire::pg::oid;
use crate::wire::{hex, json};

/// A UUID: 16 bytes, or its 32 hexadecimal digits with or without hyphens.
///
/// # Errors
/// When the cell holds something else.
pub fn uuid(cell: Cell<'_>, expected: &'static str) -> Result<[u8; 16], CellError> {
    let bytes = match cell {
        Cell::Uuid(bytes) => Some(bytes),
        Cell::Bytes(bytes) | Cell::Pg { oid: oid::UUID, bytes } => bytes.try_into().ok(),
        Cell::Text(text) => digits(text),
        Cell::Json(token) => json::string(token).and_then(|text| digits(&text)),
        _ => return Err(CellError::mismatch(expected, cell)),
    };
    bytes.ok_or_else(|| CellError::new(expected, format!("{} that is not a UUID", cell.type_name())))
}

fn digits(text: &str) -> Option<[u8; 16]> {
    let hyphenated = text.len() == 36 && [8, 13, 18, 23].iter().all(|at| text.as_bytes()[*at] == b'-');
    if hyphenated { hex::decode_exact(&text.replace('-', "")) } else { hex::decode_exact(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: [u8; 16] =
        [0x67, 0xe5, 0x50, 0x44, 0x10, 0xb1, 0x42, 0x6f, 0x92, 0x47, 0xbb, 0x68, 0x0e, 0x5f, 0xe0, 0xc8];

    #[test]
    fn reads_bytes_and_both_ways_of_writing_it() {
        for cell in [
            Cell::Uuid(UUID),
            Cell::Bytes(&UUID),
            Cell::Pg { oid: oid::UUID, bytes: &UUID },
            Cell::Text("67e55044-10b1-426f-9247-bb680e5fe0c8"),
            Cell::Json("\"67E5504410B1426F9247BB680E5FE0C8\""),
        ] {
            assert_eq!(uuid(cell, "Uuid"), Ok(UUID));
        }
    }

    #[test]
    fn refuses_other_lengths_and_hyphens_elsewhere() {
        for cell in [
            Cell::Bytes(&UUID[1..]),
            Cell::Text("67e55044-10b1-426f-9247-bb680e5fe0c"),
            Cell::Text("67e5504-410b1-426f-9247-bb680e5fe0c8"),
            Cell::Text("67e55044-10b1-426f-9247-bb680e5f-0c8"),
            Cell::Pg { oid: oid::BYTEA, bytes: &UUID },
        ] {
            assert!(uuid(cell, "Uuid").is_err(), "{cell:?}");
        }
    }
}
