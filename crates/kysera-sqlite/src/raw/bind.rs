//! Binds values in the forms that SQLite stores, which `kysera_sql::wire::sqlite` defines. A value that SQLite cannot
//! hold is refused before anything runs.

use crate::error::{from_client, invalid};
use kysera_core::{Error, ErrorKind, Result};
use kysera_sql::value::{Value, ValueError};
use kysera_sql::wire::sqlite::{Stored, stored};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Statement, ToSql};

/// Binds all parameters.
pub(crate) fn bind(statement: &mut Statement<'_>, params: &[Value]) -> Result<()> {
    let expected = statement.parameter_count();
    if expected != params.len() {
        let given = params.len();
        return Err(invalid(format!("the statement has {expected} parameters, {given} were given")));
    }
    for (at, value) in params.iter().enumerate() {
        let stored = stored(value).map_err(|why| refused(why, at))?;
        statement.raw_bind_parameter(at + 1, Parameter(stored)).map_err(|error| from_client(error, ""))?;
    }
    Ok(())
}

struct Parameter<'v>(Stored<'v>);

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match &self.0 {
            Stored::Null => ValueRef::Null,
            Stored::I64(n) => ValueRef::Integer(*n),
            Stored::F64(n) => ValueRef::Real(*n),
            Stored::Text(text) => ValueRef::Text(text.as_bytes()),
            Stored::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

#[cold]
fn refused(why: ValueError, at: usize) -> Error {
    Error::new(ErrorKind::InvalidValue, format!("parameter {}: {why}", at + 1)).with_source(why)
}
