//! Runs one statement to its end, on whatever thread it is called.

use crate::cells;
use crate::ctl::Watch;
use crate::error::from_client;
use crate::place::inserts;
use crate::slot::Slot;
use crate::{bind, breathe};
use kysera_core::driver::ExecResult;
use kysera_core::{Error, ErrorKind, Result};
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::row::{Flow, RowSink};
use rusqlite::CachedStatement;

/// What came of a run.
pub(crate) enum Verdict {
    /// It ran, or failed.
    Done(Result<ExecResult>),
    /// It took too long or is of a kind that does not belong here. Nothing was done and the sink is empty.
    Elsewhere,
}

/// Between how many rows the clock is looked at: dear at 1, and results of a page never look (measured).
const ROWS: u32 = 128;

/// Runs on the calling task.
pub(crate) fn here(slot: &Slot, statement: &Compiled, sink: &mut dyn RowSink, watch: Watch) -> Verdict {
    let verdict = run(slot, statement, sink, watch);
    breathe::note(slot.ctl.was_reached());
    verdict
}

/// Runs on a thread that may block, until it is done or cancelled.
pub(crate) fn there(slot: &Slot, statement: &Compiled, sink: &mut dyn RowSink) -> Result<ExecResult> {
    match run(slot, statement, sink, Watch::Off) {
        Verdict::Done(done) => done,
        Verdict::Elsewhere => Err(canceled()),
    }
}

/// True for a statement that changes nothing.
pub(crate) fn is_read(slot: &Slot, statement: &Compiled) -> Result<bool> {
    slot.ctl.watch(Watch::Off);
    let prepared = slot.conn.prepare_cached(&statement.sql);
    Ok(prepared.map_err(|error| from_client(error, &statement.sql))?.readonly())
}

fn run(slot: &Slot, statement: &Compiled, sink: &mut dyn RowSink, watch: Watch) -> Verdict {
    slot.ctl.watch(watch);
    let done = execute(slot, statement, sink, watch);
    slot.ctl.unwatch();
    match done {
        Ok(Some(outcome)) => Verdict::Done(Ok(outcome)),
        Ok(None) => Verdict::Elsewhere,
        Err(error)
            if watch == Watch::Interrupt && error.kind() == ErrorKind::Canceled && slot.ctl.is_over() =>
        {
            sink.clear();
            Verdict::Elsewhere
        }
        Err(error) => Verdict::Done(Err(error)),
    }
}

/// None: raw SQL that reads by its first word but writes.
fn execute(
    slot: &Slot,
    statement: &Compiled,
    sink: &mut dyn RowSink,
    watch: Watch,
) -> Result<Option<ExecResult>> {
    if slot.ctl.is_canceled() {
        return Err(canceled());
    }
    let conn = &slot.conn;
    let mut prepared =
        conn.prepare_cached(&statement.sql).map_err(|error| from_client(error, &statement.sql))?;
    let reads = prepared.readonly();
    if !reads && watch == Watch::Interrupt {
        if statement.kind == StatementKind::Raw {
            return Ok(None);
        }
        // The tree calls it a read but SQLite does not: never interrupt it.
        slot.ctl.watch(Watch::Note);
    }
    bind::bind(&mut prepared, &statement.params)?;
    if reads {
        rows(slot, &mut prepared, sink, true)?;
        return Ok(Some(ExecResult::default()));
    }
    let before = conn.total_changes();
    let ran = rows(slot, &mut prepared, sink, false);
    slot.take_frames();
    ran?;
    // `changes` keeps the count of the last insert, update or delete across statements of other kinds.
    let counts = statement.kind != StatementKind::Ddl && conn.total_changes() != before;
    let rows_affected = if counts { conn.changes() } else { 0 };
    let last_insert_id = (rows_affected > 0 && inserts(statement)).then(|| conn.last_insert_rowid());
    Ok(Some(ExecResult { rows_affected, last_insert_id }))
}

/// A write is stepped to its end whatever the sink says. All its changes are made before its first row
/// (lang_returning.html, section 3).
fn rows(slot: &Slot, prepared: &mut CachedStatement<'_>, sink: &mut dyn RowSink, reads: bool) -> Result<()> {
    let mut rows = prepared.raw_query();
    let mut columns = None;
    let mut wanted = true;
    let mut failure = None;
    let mut until_look = ROWS;
    while let Some(row) = rows.next().map_err(|error| from_client(error, ""))? {
        if wanted {
            // Not before the first step: that may prepare a statement anew whose table has changed.
            let columns = *columns.get_or_insert_with(|| row.as_ref().column_count());
            match cells::hand_over(row, columns, sink) {
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
            if slot.ctl.look() {
                return Err(canceled());
            }
        }
    }
    failure.map_or(Ok(()), Err)
}

#[cold]
pub(crate) fn canceled() -> Error {
    Error::new(ErrorKind::Canceled, "the statement was interrupted")
}
