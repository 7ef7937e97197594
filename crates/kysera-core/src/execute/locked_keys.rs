//! The keys of locked rows, as the database gives them and as they are sent back.

use crate::execute::untold::Untold;
use kysera_sql::ast::TableRef;
use kysera_sql::cell::{Cell, CellError};
use kysera_sql::ident::Name;
use kysera_sql::row::{DecodeError, Flow, RowSink};
use kysera_sql::value::{SqlType, Value};

/// A column of a key.
pub(crate) type KeyColumn = (Name, SqlType);

/// The key's columns.
///
/// # Errors
/// Why the rows cannot be told by them: of no key, or of one whose values may not be the same when they are sent back.
pub(crate) fn columns_of(table: &TableRef) -> Result<Vec<KeyColumn>, Untold> {
    let meta = table.meta.as_ref().ok_or_else(Untold::without_description)?;
    let of = |key: &Name| {
        let column = meta.columns.iter().find(|column| column.name.eq_ignore_ascii_case(key));
        let ty = column.ok_or_else(Untold::without_key)?.sql_type;
        let is_exact = matches!(
            ty,
            SqlType::I16
                | SqlType::I32
                | SqlType::I64
                | SqlType::U64
                | SqlType::Text
                | SqlType::Bytes
                | SqlType::Uuid
        );
        if is_exact { Ok((key.clone(), ty)) } else { Err(Untold::by_inexact_key(key, ty)) }
    };
    let keys: Vec<_> = meta.primary_key.iter().map(of).collect::<Result<_, _>>()?;
    if keys.is_empty() { Err(Untold::without_key()) } else { Ok(keys) }
}

/// Takes the keys of rows.
pub(crate) struct KeySink {
    types: Vec<SqlType>,
    rows: Vec<Vec<Value>>,
}

impl KeySink {
    pub(crate) fn new(columns: &[KeyColumn]) -> KeySink {
        KeySink { types: columns.iter().map(|(_, ty)| *ty).collect(), rows: Vec::new() }
    }

    /// The keys in the order of the rows; a row that came several times in a row once.
    pub(crate) fn into_rows(mut self) -> Vec<Vec<Value>> {
        self.rows.dedup();
        self.rows
    }
}

impl RowSink for KeySink {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<Flow, DecodeError> {
        let value = |(at, (cell, ty)): (usize, (&Cell<'_>, &SqlType))| {
            value_of(cell, *ty)
                .ok_or_else(|| DecodeError::new(at, CellError::new("a key", "a value of another type")))
        };
        let row = cells.iter().zip(&self.types).enumerate().map(value).collect::<Result<_, _>>()?;
        self.rows.push(row);
        Ok(Flow::Continue)
    }

    fn clear(&mut self) {
        self.rows.clear();
    }
}

/// The value that a cell of a key is sent back as.
fn value_of(cell: &Cell<'_>, ty: SqlType) -> Option<Value> {
    Some(match (cell, ty) {
        (Cell::I64(n), _) => Value::I64(*n),
        (Cell::U64(n), _) => Value::U64(*n),
        (Cell::Bytes(bytes), SqlType::Uuid) => Value::Uuid((*bytes).try_into().ok()?),
        (Cell::Bytes(bytes), SqlType::Bytes) => Value::Bytes((*bytes).into()),
        (Cell::Text(text), SqlType::Text | SqlType::Uuid) => Value::Text((*text).to_owned().into()),
        _ => return None,
    })
}
