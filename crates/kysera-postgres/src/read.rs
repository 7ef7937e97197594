//! From the client library's rows to a sink: cells that borrow, types that are not built in, errors with names.

use crate::error;
use crate::protocol::type_oid;
use crate::raw_connection::RawConnection;
use crate::types::{Known, Types, is_plain};
use kysera_core::driver::ExecResult;
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_sql::cell::{Cell, CellError, FromCell};
use kysera_sql::compiled::{Affected, Compiled, StatementKind};
use kysera_sql::row::{DecodeError, Flow, RowSink, hand_over};
use std::borrow::Cow;
use std::future::poll_fn;
use std::ops::Deref;
use std::pin::Pin;
use tokio_postgres::types::{FromSql, Type};
use tokio_postgres::{Column, Row, RowStream};

/// Reads the rows of one statement.
#[derive(Debug)]
pub(crate) struct Reader {
    kind: StatementKind,
    /// The OIDs of the columns when all are of plain types; known from the first row on.
    plain: Option<Option<Oids>>,
    state: State,
    /// Rows since one had a type that must be looked up. The look-up waits until all rows are here, because its
    /// answer comes behind them on the same connection.
    waiting: Vec<Row>,
    missing: Vec<u32>,
    /// How many rows came.
    pub(crate) seen: u64,
    affected: Affected,
    /// What the rows so far say of how many were written, where a column does.
    counted: u64,
}

#[derive(Debug)]
enum State {
    Taking,
    /// The sink wants no more.
    Full,
    /// A cell could not be read; the row is kept for the names of its columns.
    Failed(Box<(DecodeError, Row)>),
}

/// What a statement counted that ran to its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Count {
    /// The count in the tag that ends it: of changed rows, or of a query's.
    pub(crate) tag: u64,
    /// Rows that came.
    pub(crate) rows: u64,
}

impl Count {
    /// For a statement that `is_query`: the count in its tag is then that of its rows.
    pub(crate) fn result(self, is_query: bool) -> ExecResult {
        ExecResult::affected(if is_query { 0 } else { self.tag }).with_returned(self.rows)
    }
}

/// Why a statement gave no result.
#[derive(Debug)]
pub(crate) enum Failure {
    Postgres(tokio_postgres::Error),
    Kysera(Error),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Failure {
        Failure::Postgres(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Kysera(error)
    }
}

impl Reader {
    pub(crate) fn new(statement: &Compiled) -> Reader {
        Reader {
            kind: statement.kind,
            plain: None,
            state: State::Taking,
            waiting: Vec::new(),
            missing: Vec::new(),
            seen: 0,
            affected: statement.facts.affected,
            counted: 0,
        }
    }

    /// Takes a row. In line, so that the usual row is read where it is and not moved.
    #[inline]
    pub(crate) fn take(&mut self, row: Row, sink: &mut dyn RowSink, types: &Types) {
        self.seen += 1;
        match (&self.state, &self.plain) {
            (State::Taking, Some(Some(oids))) => match plain(&row, oids, sink) {
                Ok(Flow::Continue) => {}
                outcome => self.note(outcome, row),
            },
            _ => self.take_any(row, sink, types),
        }
    }

    #[inline(never)]
    fn take_any(&mut self, row: Row, sink: &mut dyn RowSink, types: &Types) {
        if !self.missing.is_empty() {
            self.waiting.push(row);
            return;
        }
        if let State::Taking = self.state {
            self.hand_over(row, sink, types);
        }
    }

    /// True when the rest need not be read: nobody wants it, and nothing is written by reading it.
    fn may_leave(&self) -> bool {
        matches!(self.state, State::Full) && self.kind == StatementKind::Read && self.missing.is_empty()
    }

    fn hand_over(&mut self, row: Row, sink: &mut dyn RowSink, types: &Types) {
        if self.plain.is_none() && self.kind == StatementKind::Raw {
            let names: Vec<&str> = row.columns().iter().map(Column::name).collect();
            if let Err(error) = sink.columns(&names) {
                self.note(Err(error), row);
                return;
            }
        }
        let outcome = match self.plain.get_or_insert_with(|| plain_columns(&row)) {
            Some(oids) => plain(&row, oids, sink),
            None => match known_values(&row, types) {
                Ok(values) => {
                    let cells: Vec<Cell<'_>> = values.iter().map(known_cell).collect();
                    sink.row(&cells)
                }
                Err(missing) => {
                    self.missing = missing;
                    self.waiting.push(row);
                    return;
                }
            },
        };
        self.note(outcome, row);
    }

    fn note(&mut self, outcome: Result<Flow, DecodeError>, row: Row) {
        match outcome {
            Ok(Flow::Continue) => {}
            Ok(Flow::Stop) => self.state = State::Full,
            Err(error) => self.state = State::Failed(Box::new((error, row))),
        }
    }

    /// Reads a running statement to its end, or until nothing more is wanted of it. Returns what it counted.
    pub(crate) async fn drain(
        &mut self,
        mut rows: Pin<&mut RowStream>,
        sink: &mut dyn RowSink,
        types: &Types,
    ) -> Result<Count, tokio_postgres::Error> {
        while let Some(row) = next(rows.as_mut()).await {
            let row = row?;
            match self.count(&row) {
                Ok(()) => self.take(row, sink, types),
                Err(error) => self.state = State::Failed(Box::new((error, row))),
            }
            if self.may_leave() {
                return Ok(Count { tag: self.seen, rows: self.seen });
            }
        }
        let tag = match self.affected {
            Affected::RowsReturned => self.seen,
            Affected::Column(_) => self.counted,
            _ => rows.rows_affected().unwrap_or_default(),
        };
        Ok(Count { tag, rows: self.seen })
    }

    /// Adds what the row says of how many were written, where a column does.
    #[inline]
    fn count(&mut self, row: &Row) -> Result<(), DecodeError> {
        match self.affected {
            Affected::Column(column) => {
                self.counted = self.counted.saturating_add(count(row, column.into())?);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// True when [`finish`](Reader::finish) has something to do.
    pub(crate) fn is_unfinished(&self) -> bool {
        !self.missing.is_empty() || matches!(self.state, State::Failed(_))
    }

    /// Looks up what rows wait for and hands them over; then says whether every cell could be read. The connection
    /// must have nothing else to answer.
    pub(crate) async fn finish(
        &mut self,
        raw: &mut RawConnection,
        sink: &mut dyn RowSink,
        types: &Types,
    ) -> Result<(), Failure> {
        while !self.missing.is_empty() {
            raw.request(1);
            // Boxed, as below: rare, and its room would be part of the future of every statement.
            Box::pin(types.look_up(&raw.client, std::mem::take(&mut self.missing))).await?;
            for row in std::mem::take(&mut self.waiting) {
                self.seen -= 1;
                self.take(row, sink, types);
            }
        }
        match self.take_failure() {
            Some((error, row)) => {
                let table = Box::pin(table_name(raw, &row, error.column)).await;
                Err(undecodable(error, &row, table).into())
            }
            None => Ok(()),
        }
    }

    /// Says whether every cell so far could be read, without asking the server for names.
    pub(crate) fn check(&mut self) -> Result<()> {
        match self.take_failure() {
            Some((error, row)) => Err(undecodable(error, &row, None)),
            None => Ok(()),
        }
    }

    fn take_failure(&mut self) -> Option<(DecodeError, Row)> {
        match std::mem::replace(&mut self.state, State::Taking) {
            State::Failed(failed) => Some(*failed),
            state => {
                self.state = state;
                None
            }
        }
    }

    /// Takes the types that must be looked up, and the rows that wait for them.
    pub(crate) fn take_missing(&mut self) -> Option<(Vec<u32>, Vec<Row>)> {
        if self.missing.is_empty() {
            return None;
        }
        self.seen -= self.waiting.len() as u64;
        Some((std::mem::take(&mut self.missing), std::mem::take(&mut self.waiting)))
    }

    /// Forgets that the sink was full: it has been emptied.
    pub(crate) fn go_on(&mut self) {
        if let State::Full = self.state {
            self.state = State::Taking;
        }
    }

    /// True while rows go on as they come: the sink wants more, and nothing is to be looked up.
    #[inline]
    pub(crate) fn is_taking(&self) -> bool {
        matches!(self.state, State::Taking) && self.missing.is_empty()
    }

    /// True when the sink wants no more.
    pub(crate) fn is_full(&self) -> bool {
        matches!(self.state, State::Full)
    }
}

/// The next row.
pub(crate) async fn next(mut rows: Pin<&mut RowStream>) -> Option<Result<Row, tokio_postgres::Error>> {
    use futures_core::Stream;
    poll_fn(|cx| rows.as_mut().poll_next(cx)).await
}

/// A column's bytes, whatever its type; `None` for NULL.
struct Bytes<'a>(Option<&'a [u8]>);

impl<'a> FromSql<'a> for Bytes<'a> {
    #[inline]
    fn from_sql(_: &Type, bytes: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Bytes(Some(bytes)))
    }

    #[inline]
    fn from_sql_nullable(
        _: &Type,
        bytes: Option<&'a [u8]>,
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Bytes(bytes))
    }

    #[inline]
    fn accepts(_: &Type) -> bool {
        true
    }
}

#[inline]
fn bytes(row: &Row, at: usize) -> Option<&[u8]> {
    // Every column is accepted and the position comes from the row itself, so this is no error that could be lost.
    row.try_get::<_, Bytes<'_>>(at).ok().and_then(|Bytes(bytes)| bytes)
}

/// A column that counts rows.
fn count(row: &Row, column: usize) -> Result<u64, DecodeError> {
    let error = |source| DecodeError::new(column, source);
    let Some(of) = row.columns().get(column) else {
        return Err(error(CellError::new("a count of rows", "the end of the row")));
    };
    match bytes(row, column) {
        Some(bytes) => u64::from_cell(Cell::Pg { oid: type_oid(of), bytes }).map_err(error),
        None => Ok(0),
    }
}

/// The OIDs of the columns of a result: up to sixteen without a box.
#[derive(Debug)]
enum Oids {
    Few([u32; FEW], usize),
    Many(Box<[u32]>),
}

const FEW: usize = 16;

impl Deref for Oids {
    type Target = [u32];

    #[inline]
    fn deref(&self) -> &[u32] {
        match self {
            Oids::Few(oids, count) => &oids[..*count],
            Oids::Many(oids) => oids,
        }
    }
}

/// The OIDs of the columns, if the cells of all of them can be handed over as they came.
fn plain_columns(row: &Row) -> Option<Oids> {
    let columns = row.columns();
    let plain = columns.iter().map(type_oid).map(|oid| is_plain(oid).then_some(oid));
    if columns.len() > FEW {
        return plain.collect::<Option<_>>().map(Oids::Many);
    }
    let mut oids = [0; FEW];
    for (place, oid) in oids.iter_mut().zip(plain) {
        *place = oid?;
    }
    Some(Oids::Few(oids, columns.len()))
}

/// Hands a row over as it came.
fn plain(row: &Row, oids: &[u32], sink: &mut dyn RowSink) -> Result<Flow, DecodeError> {
    hand_over(oids.len(), |at| Ok(plain_cell(row, at, oids[at])), sink)
}

#[inline]
fn plain_cell(row: &Row, at: usize, oid: u32) -> Cell<'_> {
    match bytes(row, at) {
        Some(bytes) => Cell::Pg { oid, bytes },
        None => Cell::Null,
    }
}

fn known_cell<'v>(value: &'v Value<'_>) -> Cell<'v> {
    match value {
        Some((oid, bytes)) => Cell::Pg { oid: *oid, bytes },
        None => Cell::Null,
    }
}

type Value<'a> = Option<(u32, Cow<'a, [u8]>)>;

fn known_values<'a>(row: &'a Row, types: &Types) -> Result<Vec<Value<'a>>, Vec<u32>> {
    let mut values = Vec::with_capacity(row.len());
    for (at, column) in row.columns().iter().enumerate() {
        let oid = type_oid(column);
        values.push(match bytes(row, at) {
            None => None,
            Some(bytes) if is_plain(oid) => Some((oid, Cow::Borrowed(bytes))),
            Some(bytes) => match types.read(oid, bytes) {
                Known::As(oid, bytes) => Some((oid, bytes)),
                Known::Missing(oids) => return Err(oids),
            },
        });
    }
    Ok(values)
}

/// The error for a cell that could not be read, with the names of its column and table.
fn undecodable(error: DecodeError, row: &Row, table: Option<String>) -> Error {
    let Some(column) = row.columns().get(error.column) else { return error.into() };
    let name = match &table {
        Some(table) => format!("{table}.{}", column.name()),
        None => column.name().to_owned(),
    };
    let decoded = Error::new(ErrorKind::Decode, format!("cannot read {name}: {}", error.source))
        .with_columns([column.name()])
        .with_source(error);
    match table {
        Some(table) => decoded.with_table(table),
        None => decoded,
    }
}

/// The name of the table that a column comes from, if it comes from one.
async fn table_name(raw: &mut RawConnection, row: &Row, column: usize) -> Option<String> {
    const SQL: &str = "select relname::text from pg_catalog.pg_class where oid = $1";
    let oid = row.columns().get(column)?.table_oid()?;
    raw.request(1);
    let rows = raw.client.query_typed(SQL, &[(&oid, Type::OID)]).await.ok()?;
    rows.first()?.try_get(0).ok()
}

/// Kysera's error for a statement that gave no result.
pub(crate) fn into_error(failure: Failure) -> Error {
    match failure {
        Failure::Postgres(error) => error::from_postgres(error),
        Failure::Kysera(error) => error,
    }
}
