//! Decoding: cells of every form, with bytes that no database would send, for every Rust type.
//!
//! What is read is an error, or a value that says the same when it is sent back.

mod cells;
mod postgres;
mod types;

use arbitrary::{Result, Unstructured};
use bigdecimal::BigDecimal;
use kysera_sql::cell::{Cell, FromCell};

/// Cells as PostgreSQL sends them: a type's number, and any bytes.
pub(crate) fn from_postgres(bytes: &mut Unstructured<'_>) -> Result<()> {
    let (oid, value) = postgres::value(bytes)?;
    let cell = Cell::Pg { oid, bytes: &value };
    types::read_all(cell);
    if oid == kysera_sql::wire::pg::oid::NUMERIC {
        let read = BigDecimal::from_cell(cell).ok();
        assert_eq!(read, postgres::exact_numeric(&value), "{value:?}");
    }
    Ok(())
}

/// Cells as other clients give them, and what nested rows hold.
pub(crate) fn from_cells(bytes: &mut Unstructured<'_>) -> Result<()> {
    let text = cells::text(bytes)?;
    let raw: Vec<u8> = bytes.arbitrary()?;
    types::read_all(cells::cell(bytes, &text, &raw)?);
    Ok(())
}
