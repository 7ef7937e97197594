//! `bool`. SQLite and MySQL keep it as 0 and 1; any other integer is an error.

use super::scalar::shared_scalar;
use crate::cell::{Cell, CellError, FromCell};
use crate::value::{SqlType, ToValue, Value};
use crate::wire::pg::oid;

impl ToValue for bool {
    const SQL_TYPE: SqlType = SqlType::Bool;

    fn to_value(self) -> Value {
        Value::Bool(self)
    }
}

impl FromCell for bool {
    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        match cell {
            Cell::Bool(value) => Ok(value),
            Cell::I64(0) | Cell::Json("false" | "0") | Cell::Pg { oid: oid::BOOL, bytes: [0] } => Ok(false),
            Cell::I64(1) | Cell::Json("true" | "1") | Cell::Pg { oid: oid::BOOL, bytes: [1] } => Ok(true),
            Cell::I64(_) | Cell::U64(_) => {
                Err(CellError::new("bool", "an integer other than 0 and 1").advice(STORE_BITS))
            }
            Cell::Text(_) => Err(CellError::new("bool", "text").advice(STORE_BITS)),
            Cell::Json(token) if token.starts_with(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) => {
                Err(CellError::mismatch("bool", cell).advice(STORE_BITS))
            }
            _ => Err(CellError::mismatch("bool", cell)),
        }
    }
}

const STORE_BITS: &str = "conditions would be wrong: rewrite what is stored to 0 and 1, \
                          with \"column\" in ('t', 'true', 'y', 'yes') for texts";

shared_scalar!(bool);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_is_not_a_bool() {
        let error = bool::from_cell(Cell::I64(2)).unwrap_err();
        let error = error.to_string();
        assert!(error.starts_with("expected bool, found an integer other than 0 and 1; "), "{error}");
        for cell in [Cell::Text("true"), Cell::Json("\"t\""), Cell::Json("7"), Cell::Json("-1")] {
            let error = bool::from_cell(cell).unwrap_err().to_string();
            assert!(error.contains("rewrite what is stored to 0 and 1"), "{error}");
        }
        assert!(bool::from_cell(Cell::Json("")).is_err());
    }

    #[test]
    fn reads_every_form_and_no_other() {
        for cell in [Cell::Bool(true), Cell::I64(1), Cell::Json("true"), Cell::Json("1")] {
            assert_eq!(bool::from_cell(cell), Ok(true));
        }
        assert_eq!(bool::from_cell(Cell::Pg { oid: oid::BOOL, bytes: &[0] }), Ok(false));
        for cell in
            [Cell::Text("true"), Cell::Json("2"), Cell::Pg { oid: oid::CHAR, bytes: &[1] }, Cell::Null]
        {
            assert!(bool::from_cell(cell).is_err(), "{cell:?}");
        }
    }
}
