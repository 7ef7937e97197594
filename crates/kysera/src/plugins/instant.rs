//! The instant of a statement, in the type of the column that takes it.

use kysera_core::Result;
use kysera_core::error::{Error, ErrorKind};
use kysera_sql::table::TableMeta;
use kysera_sql::value::{SqlType, Value};

/// `micros` (since 1970-01-01T00:00:00Z) as a value for `column`.
///
/// # Errors
/// When the column's type holds no instant.
pub(super) fn instant(table: &TableMeta, column: &'static str, micros: i64) -> Result<Value> {
    match table.column(column).map(|column| column.sql_type) {
        Some(SqlType::Timestamp) => Ok(Value::Timestamp(micros)),
        Some(SqlType::DateTime) => Ok(Value::DateTime(micros)),
        Some(SqlType::I64) => Ok(Value::I64(micros)),
        _ => Err(Error::new(
            ErrorKind::Plugin,
            format!("column {column} of table {} cannot hold an instant", table.name),
        )
        .hint(
            "declare it as an instant, a date with time or an i64, or leave the table out with `.except(..)`",
        )
        .with_table(table.name)
        .with_columns([column])),
    }
}
