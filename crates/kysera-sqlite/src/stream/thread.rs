//! A thread that holds a running query and fills sinks from it.
//!
//! A running statement borrows its connection and cannot move between threads. The thread is not one of the blocking
//! pool: a consumer that runs other statements between two batches could wait for that very thread.

use super::row_buffer::BATCH;
use crate::blocking::{CancelOnDrop, PendingReturn};
use crate::error::from_client;
use crate::manager::{Pooled, give_back_here};
use crate::raw::{RawConnection, Watch, bind, canceled, columns_of, pass_row};
use kysera_core::{Error, ErrorKind, Result};
use kysera_sql::compiled::Compiled;
use kysera_sql::row::{Flow, RowSink};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{Builder, JoinHandle};
use tokio::sync::oneshot;

/// The handle of the thread. Dropping it ends the query.
pub(crate) struct Reader {
    requests: Sender<Request>,
    thread: JoinHandle<()>,
    _cancel: CancelOnDrop,
}

struct Request {
    sink: Box<dyn RowSink>,
    answer: oneshot::Sender<Filled>,
}

/// The sink, and whether more rows may come.
type Filled = (Box<dyn RowSink>, Result<bool>);

/// Starts the thread. The connection comes back through the second part.
pub(crate) fn start(pooled: Pooled, statement: Compiled) -> Result<(Reader, PendingReturn)> {
    let (giver, returning) = oneshot::channel();
    let (requests, requested) = mpsc::channel();
    let watchdog = Arc::clone(&pooled.watchdog);
    let id = watchdog.begin_task();
    let work = move || {
        let served = catch_unwind(AssertUnwindSafe(|| serve(&pooled, &statement, &requested)));
        pooled.watchdog.end_task();
        if let Err(unwanted) = giver.send(pooled) {
            give_back_here(unwanted);
        }
        if let Err(panic) = served {
            resume_unwind(panic);
        }
    };
    let thread = Builder::new().name("kysera-sqlite".into()).spawn(work).map_err(|error| {
        Error::new(ErrorKind::Internal, "no thread could be started for a stream").with_source(error)
    })?;
    Ok((Reader { requests, thread, _cancel: CancelOnDrop::new(watchdog, id) }, returning))
}

impl Reader {
    /// Has a sink filled. A panic of the thread goes on here.
    pub(crate) async fn fill(self, sink: Box<dyn RowSink>) -> (Box<dyn RowSink>, Result<Option<Reader>>) {
        let (answer, answered) = oneshot::channel();
        let _ = self.requests.send(Request { sink, answer });
        match answered.await {
            Ok((sink, Ok(true))) => (sink, Ok(Some(self))),
            Ok((sink, Ok(false))) => (sink, Ok(None)),
            Ok((sink, Err(error))) => (sink, Err(error)),
            Err(_) => match self.thread.join() {
                Err(panic) => resume_unwind(panic),
                Ok(()) => unreachable!("the thread answers every request or panics"),
            },
        }
    }
}

/// Runs the query, filling one sink after another, until it ends or nobody requests.
fn serve(raw: &RawConnection, statement: &Compiled, requested: &Receiver<Request>) {
    let mut current: Option<Request> = None;
    let last = read(raw, statement, requested, &mut current);
    let Ok(request) = current.map_or_else(|| requested.recv(), Ok) else { return };
    let _ = request.answer.send((request.sink, last.map(|()| false)));
}

fn read(
    raw: &RawConnection,
    statement: &Compiled,
    requested: &Receiver<Request>,
    current: &mut Option<Request>,
) -> Result<()> {
    raw.watchdog.watch(Watch::Off);
    let mut prepared =
        raw.conn.prepare_cached(&statement.sql).map_err(|error| from_client(error, &statement.sql))?;
    bind(&mut prepared, &statement.params)?;
    let mut rows = prepared.raw_query();
    let mut columns = None;
    let mut taken = 0;
    while let Some(row) = rows.next().map_err(|error| from_client(error, ""))? {
        if raw.watchdog.is_canceled() {
            return Err(canceled());
        }
        let mut request = match current.take() {
            Some(request) => request,
            None => match requested.recv() {
                Ok(request) => request,
                Err(_) => return Ok(()),
            },
        };
        let flow = match columns {
            Some(columns) => pass_row(row, columns, &mut *request.sink),
            None => columns_of(row, statement.kind, &mut *request.sink).and_then(|count| {
                columns = Some(count);
                pass_row(row, count, &mut *request.sink)
            }),
        };
        taken += 1;
        if taken < BATCH || !matches!(flow, Ok(Flow::Continue)) {
            *current = Some(request);
            if flow? == Flow::Stop {
                return Ok(());
            }
            continue;
        }
        taken = 0;
        if request.answer.send((request.sink, Ok(true))).is_err() {
            return Ok(());
        }
    }
    Ok(())
}
