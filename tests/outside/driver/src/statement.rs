//! One statement: its values go in, its rows come out as cells.

use crate::error;
use kysera_core::driver::ExecResult;
use kysera_core::{Error, ErrorKind, Result};
use kysera_sql::cell::Cell;
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::row::{Flow, RowSink};
use kysera_sql::value::Value;
use kysera_sql::wire::sqlite::{Stored, stored};
use rusqlite::types::{Value as Owned, ValueRef};
use rusqlite::{Connection, Row, Statement};

/// Runs a statement to its end, and hands its rows to the sink until that has enough.
pub(crate) fn run(client: &Connection, statement: &Compiled, sink: &mut dyn RowSink) -> Result<ExecResult> {
    let before = client.total_changes();
    let (mut flow, mut returned) = (Flow::Continue, 0);
    each_row(client, statement, |row| {
        returned += 1;
        if returned == 1 && statement.kind == StatementKind::Raw {
            sink.columns(&names(row)?)?;
        }
        if flow == Flow::Continue {
            flow = sink.row(&cells(row)?)?;
        }
        Ok(flow)
    })?;
    Ok(ExecResult::affected(client.total_changes() - before).with_returned(returned))
}

/// The rows of a statement, kept to be handed over later.
pub(crate) struct Buffered {
    /// Of raw SQL, until a sink has them.
    names: Option<Vec<String>>,
    rows: std::vec::IntoIter<Vec<Owned>>,
}

impl Buffered {
    pub(crate) fn read(client: &Connection, statement: &Compiled) -> Result<Buffered> {
        let (mut names, mut rows) = (None, Vec::new());
        each_row(client, statement, |row| {
            if rows.is_empty() && statement.kind == StatementKind::Raw {
                names = Some(self::names(row)?.into_iter().map(str::to_owned).collect());
            }
            let values =
                (0..row.as_ref().column_count()).map(|column| row.get(column).map_err(error::from_client));
            rows.push(values.collect::<Result<Vec<Owned>>>()?);
            Ok(Flow::Continue)
        })?;
        Ok(Buffered { names, rows: rows.into_iter() })
    }

    /// Hands over the next row, if there is one.
    pub(crate) fn give_next(&mut self, sink: &mut dyn RowSink) -> Result<Option<Flow>> {
        let Some(row) = self.rows.next() else { return Ok(None) };
        if let Some(names) = self.names.take() {
            sink.columns(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
        }
        let cells = row.iter().map(|value| cell_of(value.into())).collect::<Result<Vec<_>>>()?;
        Ok(Some(sink.row(&cells)?))
    }
}

/// Runs a statement and shows each row, until that is enough of a read.
pub(crate) fn each_row(
    client: &Connection,
    statement: &Compiled,
    mut each: impl FnMut(&Row<'_>) -> Result<Flow>,
) -> Result<()> {
    let mut prepared = client.prepare(&statement.sql).map_err(error::from_client)?;
    bind(&mut prepared, &statement.params)?;
    let mut rows = prepared.raw_query();
    while let Some(row) = rows.next().map_err(error::from_client)? {
        let flow = each(row)?;
        // A write goes on to its end, whatever its caller still wants to see.
        if flow == Flow::Stop && statement.kind == StatementKind::Read {
            break;
        }
    }
    Ok(())
}

/// The names of the columns.
fn names<'r>(row: &'r Row<'_>) -> Result<Vec<&'r str>> {
    let statement = row.as_ref();
    let names = (0..statement.column_count()).map(|at| statement.column_name(at).map_err(error::from_client));
    names.collect()
}

fn bind(statement: &mut Statement<'_>, params: &[Value]) -> Result<()> {
    if statement.parameter_count() != params.len() {
        return Err(Error::new(ErrorKind::InvalidQuery, "the statement has another number of parameters"));
    }
    for (at, value) in params.iter().enumerate() {
        let stored = stored(value).map_err(|why| Error::new(ErrorKind::InvalidValue, why.to_string()))?;
        let value = match stored {
            Stored::Null => Owned::Null,
            Stored::I64(number) => Owned::Integer(number),
            Stored::F64(number) => Owned::Real(number),
            Stored::Text(text) => Owned::Text(text.into_owned()),
            Stored::Bytes(bytes) => Owned::Blob(bytes.to_vec()),
        };
        statement.raw_bind_parameter(at + 1, value).map_err(error::from_client)?;
    }
    Ok(())
}

/// The row as cells.
pub(crate) fn cells<'r>(row: &'r Row<'_>) -> Result<Vec<Cell<'r>>> {
    let columns = 0..row.as_ref().column_count();
    columns.map(|column| cell_of(row.get_ref(column).map_err(error::from_client)?)).collect()
}

fn cell_of(value: ValueRef<'_>) -> Result<Cell<'_>> {
    Ok(match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::I64(number),
        ValueRef::Real(number) => Cell::F64(number),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes),
        ValueRef::Text(bytes) => {
            let not_utf8 = |_| Error::new(ErrorKind::Decode, "the text is not utf-8");
            Cell::Text(std::str::from_utf8(bytes).map_err(not_utf8)?)
        }
    })
}
