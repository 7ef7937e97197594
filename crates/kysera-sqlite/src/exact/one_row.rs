//! The value of the only row of a subquery: SQLite itself would take the first of several.

use super::context::{failed, flags, utf8};
use rusqlite::functions::{Aggregate, Context};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Result};

pub(super) fn register(conn: &Connection) -> Result<()> {
    conn.create_aggregate_function("one_row", 1, flags(), OneRow)
}

/// What a message begins with, by which the driver knows it.
pub(crate) const SEVERAL: &str = "one row: ";

struct OneRow;

impl Aggregate<Option<Value>, Value> for OneRow {
    fn init(&self, _: &mut Context<'_>) -> Result<Option<Value>> {
        Ok(None)
    }

    fn step(&self, context: &mut Context<'_>, found: &mut Option<Value>) -> Result<()> {
        if found.is_some() {
            return Err(failed(format!("{SEVERAL}a subquery that stands for one value gave several rows")));
        }
        *found = Some(match context.get_raw(0) {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(n) => Value::Integer(n),
            ValueRef::Real(value) => Value::Real(value),
            ValueRef::Text(_) => Value::Text(utf8(context, 0)?.to_owned()),
            ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
        });
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, found: Option<Option<Value>>) -> Result<Value> {
        Ok(found.flatten().unwrap_or(Value::Null))
    }
}
