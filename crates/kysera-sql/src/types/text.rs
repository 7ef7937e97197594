//! Text.

use super::scalar::{scalar, shared_scalar};
use crate::cell::{Cell, CellError, FromCell};
use crate::read;
use crate::value::{ScalarValue, SqlType, ToValue, Value};
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
        match cell {
            Cell::Text(text) => Ok(text.to_owned()),
            _ => encoded(cell),
        }
    }
}

/// Not inlined, so that code which reads text contains the copying and no more.
#[inline(never)]
fn encoded(cell: Cell<'_>) -> Result<String, CellError> {
    match read::text(cell, "String")? {
        Cow::Borrowed(text) => Ok(text.to_owned()),
        Cow::Owned(text) => Ok(text),
    }
}

impl FromCell for Box<str> {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        read::text(cell, "Box<str>").map(Box::from)
    }
}

shared_scalar!(String);
scalar!(Box<str>);
impl ScalarValue for &str {}
impl ScalarValue for &String {}
impl ScalarValue for Cow<'_, str> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::pg::oid;

    fn string(cell: Cell<'_>) -> Result<String, CellError> {
        String::from_cell(cell)
    }

    #[test]
    fn reads_text_of_every_kind_with_its_padding() {
        for oid in [oid::TEXT, oid::VARCHAR, oid::BPCHAR, oid::NAME, oid::UNKNOWN, oid::XML, oid::JSON] {
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
        // `ltree`: the binary form of a type of the database's own need not be its text.
        let error = string(Cell::Pg { oid: 16400, bytes: b"\x01Top.Science" }).unwrap_err();
        assert!(error.to_string().ends_with("`cast(x as text)`"), "{error}");
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
