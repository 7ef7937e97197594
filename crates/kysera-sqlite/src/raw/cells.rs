//! SQLite's values of one row as cells.

use kysera_core::{Error, ErrorKind, Result};
use kysera_sql::cell::Cell;
use kysera_sql::compiled::StatementKind;
use kysera_sql::row::{self, Flow, RowSink};
use rusqlite::Row;
use rusqlite::types::ValueRef;

/// Passes a row to the sink.
pub(crate) fn pass_row(row: &Row<'_>, columns: usize, sink: &mut dyn RowSink) -> Result<Flow> {
    row::hand_over(columns, |column| cell(row, column), sink)
}

/// The number of columns, seen at the first row: its step may prepare a statement anew whose table has changed. A sink
/// is told their names where people wrote them.
pub(crate) fn columns_of(row: &Row<'_>, kind: StatementKind, sink: &mut dyn RowSink) -> Result<usize> {
    let statement = row.as_ref();
    if kind == StatementKind::Raw {
        let names = (0..statement.column_count()).map(|at| statement.column_name(at));
        let names = names.collect::<rusqlite::Result<Vec<_>>>();
        sink.columns(&names.map_err(|error| crate::error::from_client(error, ""))?)?;
    }
    Ok(statement.column_count())
}

// Inlined, so that a cell is written to its array at once, without passing a result through a return value.
#[inline(always)]
fn cell<'r>(row: &'r Row<'_>, column: usize) -> Result<Cell<'r>> {
    Ok(match row.get_ref(column) {
        Ok(ValueRef::Null) => Cell::Null,
        Ok(ValueRef::Integer(n)) => Cell::I64(n),
        Ok(ValueRef::Real(n)) => Cell::F64(n),
        Ok(ValueRef::Text(bytes)) => match std::str::from_utf8(bytes) {
            Ok(text) => Cell::Text(text),
            Err(_) => return Err(not_utf8(column)),
        },
        Ok(ValueRef::Blob(bytes)) => Cell::Bytes(bytes),
        Err(error) => return Err(crate::error::from_client(error, "")),
    })
}

// SQLite stores as text any bytes that it was given as text (datatype3.html, section 2), by other programs for one.
#[cold]
fn not_utf8(column: usize) -> Error {
    Error::new(ErrorKind::Decode, format!("column {column}: the text is not utf-8"))
        .with_hint("read it as bytes: cast(x as blob)")
}
