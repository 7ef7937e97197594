//! Text.

use super::scalar::scalar;
use crate::cell::{Cell, CellError, FromCell};
use crate::value::{ScalarValue, SqlType, ToValue, Value};
use crate::wire::json;
use crate::wire::pg::oid;
use std::borrow::Cow;

macro_rules! text {
    ($($ty:ty => |$text:ident| $cow:expr;)+) => {$(
        impl ToValue for $ty {
            const SQL_TYPE: SqlType = SqlType::Text;

            fn to_value(self) -> Value {
                let $text = self;
                Value::Text($cow)
            }
        }
    )+};
}

text! {
    String => |text| Cow::Owned(text);
    Box<str> => |text| Cow::Owned(text.into());
    &str => |text| Cow::Owned(text.to_owned());
    &String => |text| Cow::Owned(text.clone());
    Cow<'_, str> => |text| Cow::Owned(text.into_owned());
}

impl FromCell for String {
    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        read(cell, "String").map(Cow::into_owned)
    }
}

impl FromCell for Box<str> {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        read(cell, "Box<str>").map(Box::from)
    }
}

scalar!(String, Box<str>);
impl ScalarValue for &str {}
impl ScalarValue for &String {}
impl ScalarValue for Cow<'_, str> {}

/// The text of a cell, borrowed where it can be. Enums read their labels with this.
#[inline]
pub(crate) fn read<'a>(cell: Cell<'a>, expected: &'static str) -> Result<Cow<'a, str>, CellError> {
    match cell {
        Cell::Text(text) => Ok(Cow::Borrowed(text)),
        Cell::Pg { oid, bytes } if is_text(oid) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(_) => Err(CellError::new(expected, format!("{} that is not UTF-8", cell.type_name()))),
        },
        Cell::Json(token) => json::string(token).ok_or_else(|| CellError::mismatch(expected, cell)),
        _ => Err(CellError::mismatch(expected, cell)),
    }
}

/// Types whose binary form is their text. Custom types are taken for enums or domains over text: what they are made
/// of is not in the row, and inside a record even a column of a domain over text carries the domain's OID.
fn is_text(oid: u32) -> bool {
    matches!(oid, oid::TEXT | oid::VARCHAR | oid::BPCHAR | oid::NAME | oid::CHAR | oid::UNKNOWN)
        || oid >= oid::FIRST_CUSTOM
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(cell: Cell<'_>) -> Result<String, CellError> {
        String::from_cell(cell)
    }

    #[test]
    fn reads_text_of_every_kind_with_its_padding() {
        for oid in [oid::TEXT, oid::VARCHAR, oid::BPCHAR, oid::NAME, oid::UNKNOWN, 16400] {
            assert_eq!(string(Cell::Pg { oid, bytes: b"ab  " }).as_deref(), Ok("ab  "));
        }
        assert_eq!(string(Cell::Text("[1]")).as_deref(), Ok("[1]"));
        assert_eq!(string(Cell::Json(r#""a\"\\\n\u00e9\ud83d\ude00""#)).as_deref(), Ok("a\"\\\né😀"));
    }

    #[test]
    fn other_types_are_not_made_into_text() {
        for cell in
            [Cell::I64(1), Cell::Json("1"), Cell::Bytes(b"a"), Cell::Pg { oid: oid::INT4, bytes: b"abcd" }]
        {
            assert!(string(cell).is_err(), "{cell:?}");
        }
        let error = string(Cell::Pg { oid: oid::TEXT, bytes: &[0xff] }).unwrap_err();
        assert_eq!(error.to_string(), "expected String, found text (OID 25) that is not UTF-8");
    }

    #[test]
    fn lone_surrogates_are_an_error() {
        for token in [r#""\ud800""#, r#""\ud800x""#, r#""\udc00""#, r#""\ud800\ud800""#, r#""\u12""#] {
            assert!(string(Cell::Json(token)).is_err(), "{token}");
        }
    }
}
