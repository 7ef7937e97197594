//! `uuid::Uuid`: 16 bytes on SQLite, `uuid` on PostgreSQL.

use super::scalar::scalar;
use crate::cell::{Cell, CellError, FromCell};
use crate::read;
use crate::value::{SqlType, ToValue, Value};
use ::uuid::Uuid;

impl ToValue for Uuid {
    const SQL_TYPE: SqlType = SqlType::Uuid;

    fn to_value(self) -> Value {
        Value::Uuid(self.into_bytes())
    }
}

impl FromCell for Uuid {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        read::uuid(cell, "Uuid").map(Uuid::from_bytes)
    }
}

scalar!(Uuid);
