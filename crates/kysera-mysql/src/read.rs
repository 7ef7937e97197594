//! From an answer to a sink: cells that borrow, errors with names.

use crate::cells::{BinaryRow, TextRow};
use crate::columns::Columns;
use crate::exchange::Event;
use crate::packet::Done;
use crate::raw_connection::{Failure, RawConnection};
use kysera_core::driver::ExecResult;
use kysera_core::error::{Error, ErrorKind};
use kysera_sql::compiled::{Affected, Compiled, StatementKind};
use kysera_sql::row::{DecodeError, Flow, RowSink, hand_over};

/// Reads the rows of one statement.
#[derive(Debug)]
pub(crate) struct Reader {
    kind: StatementKind,
    affected: Affected,
    state: State,
    /// How many rows came.
    pub(crate) seen: u64,
    /// How many results with rows came.
    results: u32,
    reads_all: bool,
    /// The sink knows what the columns of a raw statement are called.
    are_named: bool,
}

#[derive(Debug)]
enum State {
    Taking,
    /// The sink wants no more.
    Full,
    /// A cell could not be read.
    Failed(Error),
}

impl Reader {
    pub(crate) fn new(statement: &Compiled) -> Reader {
        Reader {
            kind: statement.kind,
            affected: statement.facts.affected,
            state: State::Taking,
            seen: 0,
            results: 0,
            reads_all: false,
            are_named: false,
        }
    }

    /// Reads to the end also where nobody wants more: other answers stand behind.
    pub(crate) fn reading_all(mut self) -> Reader {
        self.read_all();
        self
    }

    /// As [`reading_all`](Reader::reading_all), from now on.
    pub(crate) fn read_all(&mut self) {
        self.reads_all = true;
    }

    /// Notes that rows follow. Those of further results, which only a procedure has, are passed over.
    pub(crate) fn begin_rows(&mut self) {
        self.results += 1;
    }

    /// Takes a row.
    #[inline]
    pub(crate) fn take(&mut self, row: &[u8], columns: &Columns, sink: &mut dyn RowSink) {
        if self.results > 1 {
            return;
        }
        self.seen += 1;
        if !matches!(self.state, State::Taking) {
            return;
        }
        match self.hand_over(row, columns, sink) {
            Ok(Flow::Continue) => {}
            Ok(Flow::Stop) => self.state = State::Full,
            Err(error) => self.state = State::Failed(undecodable(error, columns)),
        }
    }

    #[inline]
    fn hand_over(
        &mut self,
        row: &[u8],
        columns: &Columns,
        sink: &mut dyn RowSink,
    ) -> Result<Flow, DecodeError> {
        if self.kind == StatementKind::Raw && !self.are_named {
            let names = columns.all_names();
            sink.columns(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
            self.are_named = true;
        }
        let kinds = columns.kinds();
        if columns.are_texts {
            let mut row = TextRow::new(row, kinds);
            hand_over(kinds.len(), |at| row.cell(at), sink)
        } else {
            let mut row = BinaryRow::new(row, kinds);
            hand_over(kinds.len(), |at| row.cell(at), sink)
        }
    }

    /// True when the rest need not be read: nobody wants it, and nothing is written by reading it.
    #[inline]
    pub(crate) fn may_leave(&self) -> bool {
        matches!(self.state, State::Full) && self.kind == StatementKind::Read && !self.reads_all
    }

    /// True when the sink wants no more.
    pub(crate) fn is_full(&self) -> bool {
        matches!(self.state, State::Full)
    }

    /// Forgets that the sink was full: it has been emptied.
    pub(crate) fn go_on(&mut self) {
        self.are_named = false;
        if self.is_full() {
            self.state = State::Taking;
        }
    }

    /// Says whether every cell so far could be read.
    pub(crate) fn check(&mut self) -> kysera_core::Result<()> {
        match std::mem::replace(&mut self.state, State::Taking) {
            State::Failed(error) => Err(error),
            state => {
                self.state = state;
                Ok(())
            }
        }
    }

    /// What the statement did.
    pub(crate) fn result(&self, done: Option<Done>) -> ExecResult {
        let result = match self.kind {
            StatementKind::Read => ExecResult::affected(0),
            _ => ExecResult::affected(done.map_or(0, |done| self.written(done))),
        };
        // What a write returns is what it wrote, and the end of rows has no count.
        let is_write = !matches!(self.kind, StatementKind::Read | StatementKind::Raw);
        let result = if is_write && self.results > 0 { ExecResult::affected(self.seen) } else { result };
        let first = self.first_insert_id(done);
        let last = first.filter(|_| matches!(self.kind, StatementKind::InsertValues(1) | StatementKind::Raw));
        result.with_returned(self.seen).with_first_insert_id(first).with_last_insert_id(last)
    }

    /// How many rows were written. The server counts one that was changed as two where it stood in the way of a new one, and
    /// one that was kept as one.
    fn written(&self, done: Done) -> u64 {
        match (self.affected, done.told) {
            (Affected::Reported, _) => match self.kind {
                // A statement that was not compiled does not say that it may change rows.
                StatementKind::InsertValues(rows) => done.affected.min(rows as u64),
                _ => done.affected,
            },
            (Affected::NewRows, Some(told)) => told.records.saturating_sub(told.duplicates),
            (Affected::NewRows, None) if done.last_insert_id == Affected::KEPT => 0,
            (Affected::GivenRows, Some(told)) => told.records,
            (Affected::GivenRows, None) => done.affected.min(1),
            _ => done.affected,
        }
    }

    /// The server tells the first key of several, and a negative one as a large number.
    fn first_insert_id(&self, done: Option<Done>) -> Option<i64> {
        match self.kind {
            StatementKind::InsertValues(_) | StatementKind::Raw => {
                done.and_then(|done| i64::try_from(done.last_insert_id).ok()).filter(|id| *id > 0)
            }
            _ => None,
        }
    }
}

impl RawConnection {
    /// Reads the answer of one statement to its end, or until nothing more is wanted of it; then there is no [`Done`].
    pub(crate) async fn read_rows(
        &mut self,
        reader: &mut Reader,
        sink: &mut dyn RowSink,
    ) -> Result<Option<Done>, Failure> {
        loop {
            let Some(event) = self.exchange.try_next()? else {
                self.exchange.fill().await?;
                continue;
            };
            match event {
                Event::Row(row) => {
                    let (bytes, columns) = self.exchange.row_and_columns(row);
                    reader.take(bytes, columns, sink);
                    if reader.may_leave() {
                        return Ok(None);
                    }
                }
                Event::Columns => reader.begin_rows(),
                Event::Done(done) if done.has_more() => {}
                Event::Done(done) => return Ok(Some(done)),
                Event::Failed(error) => return Err(Failure::Server(error)),
                Event::Prepared(_) => return Err(self.confused()),
            }
        }
    }
}

#[cold]
fn undecodable(error: DecodeError, columns: &Columns) -> Error {
    let Some((name, table)) = columns.names(error.column) else { return error.into() };
    let table = Some(table).filter(|table| !table.is_empty());
    let whole = match &table {
        Some(table) => format!("{table}.{name}"),
        None => name.clone(),
    };
    let decoded = Error::new(ErrorKind::Decode, format!("cannot read {whole}: {}", error.source))
        .with_columns([name])
        .with_source(error);
    match table {
        Some(table) => decoded.with_table(table),
        None => decoded,
    }
}
