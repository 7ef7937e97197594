//! SQLite's values of one row as cells.
//!
//! The cells live on the stack up to sixteen columns: they borrow the row, so that one array for all rows would not
//! compile, and a `Vec` for each row costs more than the decoding.

use kysera_core::{Error, ErrorKind, Result};
use kysera_sql::cell::Cell;
use kysera_sql::row::{Flow, RowSink};
use rusqlite::Row;
use rusqlite::types::ValueRef;

/// Hands a row to the sink.
pub(crate) fn hand_over(row: &Row<'_>, columns: usize, sink: &mut dyn RowSink) -> Result<Flow> {
    match columns {
        0..=4 => on_stack::<4>(row, columns, sink),
        5..=8 => on_stack::<8>(row, columns, sink),
        9..=16 => on_stack::<16>(row, columns, sink),
        _ => {
            let cells = (0..columns).map(|column| cell(row, column)).collect::<Result<Vec<_>>>()?;
            Ok(sink.row(&cells)?)
        }
    }
}

fn on_stack<const N: usize>(row: &Row<'_>, columns: usize, sink: &mut dyn RowSink) -> Result<Flow> {
    let mut cells = [Cell::Null; N];
    for (column, place) in cells[..columns].iter_mut().enumerate() {
        *place = cell(row, column)?;
    }
    Ok(sink.row(&cells[..columns])?)
}

fn cell<'r>(row: &'r Row<'_>, column: usize) -> Result<Cell<'r>> {
    Ok(match row.get_ref(column).map_err(|error| crate::error::from_client(error, ""))? {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(n) => Cell::I64(n),
        ValueRef::Real(n) => Cell::F64(n),
        ValueRef::Text(bytes) => Cell::Text(std::str::from_utf8(bytes).map_err(|_| not_utf8(column))?),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes),
    })
}

// SQLite stores whatever bytes it was given as text (datatype3.html, section 2), so other programs may have left some.
#[cold]
fn not_utf8(column: usize) -> Error {
    Error::new(ErrorKind::Decode, format!("column {column}: the text is not utf-8"))
        .hint("read it as bytes: cast(x as blob)")
}
