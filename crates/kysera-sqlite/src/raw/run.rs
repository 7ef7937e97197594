//! Runs one statement to its end, on the thread that it is called on.

use super::bind::bind;
use super::cells::{columns_of, pass_row};
use super::connection::RawConnection;
use super::watchdog::Watch;
use crate::error::from_client;
use crate::keyword::inserts;
use crate::yield_now;
use kysera_core::driver::{Attempt, ExecResult};
use kysera_core::{Error, ErrorKind, Result};
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::row::{Flow, RowSink};
use rusqlite::CachedStatement;

/// The clock is read once in so many rows. Reading it at each row costs much (measured); a page of rows never does.
const ROWS: u32 = 128;

/// Runs on the calling task.
pub(crate) fn run_here(
    raw: &RawConnection,
    statement: &Compiled,
    sink: &mut dyn RowSink,
    watch: Watch,
) -> Attempt {
    let attempt = run(raw, statement, sink, watch);
    yield_now::note_statement(raw.watchdog.was_reached());
    attempt
}

/// Runs on a thread that may block, until it is done or cancelled.
pub(crate) fn run_blocking(
    raw: &RawConnection,
    statement: &Compiled,
    sink: &mut dyn RowSink,
) -> Result<ExecResult> {
    match run(raw, statement, sink, Watch::Off) {
        Attempt::Done(done) => done,
        Attempt::WouldBlock => Err(canceled()),
    }
}

/// True for a statement that changes nothing.
pub(crate) fn is_read(raw: &RawConnection, statement: &Compiled) -> Result<bool> {
    raw.watchdog.watch(Watch::Off);
    let prepared = raw.conn.prepare_cached(&statement.sql);
    Ok(prepared.map_err(|error| from_client(error, &statement.sql))?.readonly())
}

fn run(raw: &RawConnection, statement: &Compiled, sink: &mut dyn RowSink, watch: Watch) -> Attempt {
    raw.watchdog.watch(watch);
    let done = execute(raw, statement, sink, watch);
    raw.watchdog.unwatch();
    match done {
        Ok(Some(outcome)) => Attempt::Done(Ok(outcome)),
        Ok(None) => Attempt::WouldBlock,
        Err(error)
            if watch == Watch::Interrupt && error.kind() == ErrorKind::Canceled && raw.watchdog.is_over() =>
        {
            sink.clear();
            Attempt::WouldBlock
        }
        Err(error) => Attempt::Done(Err(error)),
    }
}

/// None: raw SQL that reads by its first word but writes.
fn execute(
    raw: &RawConnection,
    statement: &Compiled,
    sink: &mut dyn RowSink,
    watch: Watch,
) -> Result<Option<ExecResult>> {
    if raw.watchdog.is_canceled() {
        return Err(canceled());
    }
    let conn = &raw.conn;
    let mut prepared =
        conn.prepare_cached(&statement.sql).map_err(|error| from_client(error, &statement.sql))?;
    let reads = prepared.readonly();
    if !reads && watch == Watch::Interrupt {
        if statement.kind == StatementKind::Raw {
            return Ok(None);
        }
        // The tree calls it a read but SQLite does not: never interrupt it.
        raw.watchdog.watch(Watch::Note);
    }
    bind(&mut prepared, &statement.params)?;
    if reads {
        return Ok(Some(ExecResult::returned(rows(raw, &mut prepared, sink, statement.kind, true)?)));
    }
    let before = conn.total_changes();
    let ran = rows(raw, &mut prepared, sink, statement.kind, false);
    raw.take_frames();
    let returned = ran?;
    // `changes` keeps the count of the last insert, update or delete across statements of other kinds.
    let counts = statement.kind != StatementKind::Ddl && conn.total_changes() != before;
    let rows_affected = if counts { conn.changes() } else { 0 };
    let last_insert_id = (rows_affected > 0 && inserts(statement)).then(|| conn.last_insert_rowid());
    Ok(Some(ExecResult::affected(rows_affected).with_last_insert_id(last_insert_id).with_returned(returned)))
}

/// Hands the rows over and counts them. A write is run to its end even if the sink wants no more rows. All its changes
/// are made before its first row (lang_returning.html, section 3).
fn rows(
    raw: &RawConnection,
    prepared: &mut CachedStatement<'_>,
    sink: &mut dyn RowSink,
    kind: StatementKind,
    reads: bool,
) -> Result<u64> {
    let mut rows = prepared.raw_query();
    let mut columns = None;
    let mut wanted = true;
    let mut failure = None;
    let mut until_look = ROWS;
    let mut returned = 0;
    while let Some(row) = rows.next().map_err(|error| from_client(error, ""))? {
        returned += 1;
        if wanted {
            let counted = columns.map_or_else(|| columns_of(row, kind, sink), Ok);
            columns = counted.as_ref().ok().copied();
            match counted.and_then(|columns| pass_row(row, columns, sink)) {
                Ok(Flow::Continue) => {}
                Ok(Flow::Stop) => wanted = false,
                Err(error) => {
                    failure = Some(error);
                    wanted = false;
                }
            }
        }
        if !reads {
            continue;
        }
        if !wanted {
            break;
        }
        until_look -= 1;
        if until_look == 0 {
            until_look = ROWS;
            if raw.watchdog.must_stop() {
                return Err(canceled());
            }
        }
    }
    failure.map_or(Ok(returned), Err)
}

#[cold]
pub(crate) fn canceled() -> Error {
    Error::new(ErrorKind::Canceled, "the statement was interrupted")
}
