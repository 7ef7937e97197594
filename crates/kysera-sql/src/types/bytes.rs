//! Bytes: `Vec<u8>` and what can be bound as it. Text is not read as bytes.

use super::scalar::scalar;
use crate::cell::{Cell, CellError, FromCell};
use crate::value::{ScalarValue, SqlType, ToValue, Value};
use crate::wire::pg::oid;
use crate::wire::{hex, json};

impl ToValue for Vec<u8> {
    const SQL_TYPE: SqlType = SqlType::Bytes;

    fn to_value(self) -> Value {
        Value::Bytes(self.into())
    }
}

impl ToValue for &[u8] {
    const SQL_TYPE: SqlType = SqlType::Bytes;

    fn to_value(self) -> Value {
        Value::Bytes(self.into())
    }
}

impl FromCell for Vec<u8> {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        match cell {
            Cell::Bytes(bytes) | Cell::Pg { oid: oid::BYTEA, bytes } => Ok(bytes.to_vec()),
            Cell::Json(token) => json::string(token)
                .and_then(|text| hex::decode(&text))
                .ok_or_else(|| CellError::new("Vec<u8>", "JSON that is not a string of hexadecimal digits")),
            _ => Err(CellError::mismatch("Vec<u8>", cell)),
        }
    }
}

scalar!(Vec<u8>);
impl ScalarValue for &[u8] {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_256_bytes_come_back_from_every_form() {
        let bytes: Vec<u8> = (0..=255).collect();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        for cell in [
            Cell::Bytes(&bytes),
            Cell::Pg { oid: oid::BYTEA, bytes: &bytes },
            Cell::Json(&format!("\"{hex}\"")),
            Cell::Json(&format!("\"{}\"", hex.to_lowercase())),
        ] {
            assert_eq!(Vec::<u8>::from_cell(cell).as_ref(), Ok(&bytes));
        }
        assert_eq!(Vec::<u8>::from_cell(Cell::Json("\"\"")), Ok(vec![]));
    }

    #[test]
    fn text_and_odd_hex_are_not_bytes() {
        for cell in
            [Cell::Text("00"), Cell::Json("\"0\""), Cell::Json("\"0g\""), Cell::Json("[]"), Cell::Null]
        {
            assert!(Vec::<u8>::from_cell(cell).is_err(), "{cell:?}");
        }
    }
}
