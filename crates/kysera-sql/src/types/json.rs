//! JSON documents: `serde_json::Value`, and `Json` around any type that serde knows.

use super::scalar::scalar;
use crate::cell::{Cell, CellError, FromCell};
use crate::read;
use crate::row::{ArrayElement, Cursor, DecodeError, FromRow, optional_scalar_item, scalar_item};
use crate::value::{ScalarValue, SqlType, ToValue, Value, ValueError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ops::{Deref, DerefMut};

/// A value stored as a JSON document: `jsonb` on PostgreSQL, text on SQLite.
///
/// The document `null` is not SQL NULL: `Option<Json<serde_json::Value>>` tells them apart, nested rows included.
///
/// # Examples
/// ```
/// # use kysera_sql::types::Json;
/// # use kysera_sql::value::{ToValue, Value};
/// let tags = Json(vec!["a", "b"]);
/// assert_eq!(tags.to_value(), Value::Json(r#"["a","b"]"#.into()));
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Json<T>(pub T);

impl<T> Json<T> {
    /// The value itself.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> From<T> for Json<T> {
    fn from(value: T) -> Self {
        Json(value)
    }
}

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Json<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Serialize> ToValue for Json<T> {
    const SQL_TYPE: SqlType = SqlType::Json;

    fn to_value(self) -> Value {
        match serde_json::to_string(&self.0) {
            Ok(text) => Value::Json(text.into()),
            // The message of serde names keys and types; a `Serialize` of one's own might put values in it.
            Err(_) => ValueError::new(std::any::type_name::<T>(), "it cannot be written as JSON").into(),
        }
    }
}

impl<T: DeserializeOwned> FromCell for Json<T> {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        let text = read::json(cell, "Json")?;
        match serde_json::from_str(&text) {
            Ok(value) => Ok(Json(value)),
            Err(error) => Err(unreadable(std::any::type_name::<T>(), &error)),
        }
    }
}

impl<T: DeserializeOwned> FromRow for Json<T> {
    const WIDTH: usize = 1;
    const CELL: SqlType = SqlType::Json;

    fn from_row(cursor: &mut Cursor<'_>) -> Result<Self, DecodeError> {
        cursor.read()
    }
}

impl<T: DeserializeOwned> ArrayElement for Json<T> {
    const LIST: SqlType = SqlType::Array(&SqlType::Json);

    fn item(cell: Cell<'_>) -> Result<Self, CellError> {
        scalar_item(cell)
    }

    fn optional(cell: Cell<'_>) -> Result<Option<Self>, CellError> {
        optional_scalar_item(cell)
    }
}

impl<T: Serialize> ScalarValue for Json<T> {}

impl ToValue for serde_json::Value {
    const SQL_TYPE: SqlType = SqlType::Json;

    fn to_value(self) -> Value {
        Value::Json(self.to_string().into())
    }
}

impl FromCell for serde_json::Value {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        Json::from_cell(cell).map(Json::into_inner)
    }
}

scalar!(serde_json::Value);

/// Messages of serde contain values, so only the kind and the position are passed on.
#[cold]
fn unreadable(expected: &'static str, error: &serde_json::Error) -> CellError {
    let (line, column) = (error.line(), error.column());
    let found = match error.classify() {
        serde_json::error::Category::Data => "JSON of another shape",
        _ => "malformed JSON",
    };
    CellError::new(expected, format!("{found} at line {line}, column {column}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::pg::oid;
    use serde_json::json;
    use std::collections::HashMap;

    #[test]
    fn the_document_null_is_not_sql_null() {
        type Document = Option<Json<serde_json::Value>>;
        assert_eq!(Document::from_cell(Cell::Null), Ok(None));
        let null = Ok(Some(Json(serde_json::Value::Null)));
        assert_eq!(Document::from_cell(Cell::Text("null")), null);
        assert_eq!(Document::from_cell(Cell::Json("\"null\"")), null);
        assert_eq!(Document::from_cell(Cell::Pg { oid: oid::JSONB, bytes: b"\x01null" }), null);
    }

    #[test]
    fn a_document_comes_back_from_every_form() {
        let value = json!({ "a": [1, 0.1, i64::MIN, u64::MAX], "b": "é\u{0}\"" });
        let Value::Json(text) = value.clone().to_value() else { panic!("binds as JSON") };
        let quoted = serde_json::to_string(&text).unwrap();
        let jsonb = [b"\x01", text.as_bytes()].concat();
        for cell in [
            Cell::Text(&text),
            Cell::Json(&quoted),
            Cell::Pg { oid: oid::JSON, bytes: text.as_bytes() },
            Cell::Pg { oid: oid::JSONB, bytes: &jsonb },
        ] {
            assert_eq!(serde_json::Value::from_cell(cell).as_ref(), Ok(&value));
        }
    }

    #[test]
    fn a_nullable_document_is_a_json_column() {
        assert_eq!(<Option<Json<i32>> as FromRow>::CELL, SqlType::Json);
        assert_eq!(<Vec<Json<i32>> as FromRow>::CELL, <Vec<Json<i32>> as ToValue>::SQL_TYPE);
    }

    #[test]
    fn what_json_cannot_write_becomes_invalid() {
        let map = HashMap::from([((1, 2), 3)]);
        assert!(matches!(Json(map).to_value(), Value::Invalid(_)));
    }

    #[test]
    fn an_error_does_not_repeat_the_document() {
        let error = Json::<Vec<bool>>::from_cell(Cell::Text("[\"secret\"]")).unwrap_err();
        let text = "expected alloc::vec::Vec<bool>, found JSON of another shape at line 1, column 9";
        assert_eq!(error.to_string(), text);
        assert!(serde_json::Value::from_cell(Cell::Text("{\"secret")).is_err());
    }
}
