//! A thread that holds a running query and fills sinks from it.
//!
//! A live statement borrows its connection and cannot move between threads. It does not stay on the blocking pool: a
//! consumer that runs other statements between two batches could then wait for the very thread that waits for it.

use crate::cells;
use crate::error::from_client;
use crate::job::{Away, CancelOnDrop};
use crate::pool::Lease;
use crate::run::canceled;
use crate::slot::Slot;
use crate::stream::BATCH;
use crate::{bind, ctl::Watch};
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
    asks: Sender<Ask>,
    thread: JoinHandle<()>,
    _cancel: CancelOnDrop,
}

struct Ask {
    sink: Box<dyn RowSink>,
    answer: oneshot::Sender<Answer>,
}

/// The sink, and whether more rows may come.
type Answer = (Box<dyn RowSink>, Result<bool>);

/// Starts the thread; the connection comes home by the second part.
pub(crate) fn start(lease: Lease, statement: Compiled) -> Result<(Reader, Away)> {
    let (home, away) = oneshot::channel();
    let (asks, asked) = mpsc::channel();
    let ctl = Arc::clone(&lease.ctl);
    let id = ctl.begin_job();
    let work = move || {
        let served = catch_unwind(AssertUnwindSafe(|| serve(&lease, &statement, &asked)));
        lease.ctl.end_job();
        if let Err(unwanted) = home.send(lease) {
            unwanted.give_back_here();
        }
        if let Err(panic) = served {
            resume_unwind(panic);
        }
    };
    let thread = Builder::new().name("kysera-sqlite".into()).spawn(work).map_err(|error| {
        Error::new(ErrorKind::Internal, "no thread could be started for a stream").with_source(error)
    })?;
    Ok((Reader { asks, thread, _cancel: CancelOnDrop::new(ctl, id) }, away))
}

impl Reader {
    /// Has a sink filled. A panic of the thread goes on here.
    pub(crate) async fn ask(self, sink: Box<dyn RowSink>) -> (Box<dyn RowSink>, Result<Option<Reader>>) {
        let (answer, answered) = oneshot::channel();
        let _ = self.asks.send(Ask { sink, answer });
        match answered.await {
            Ok((sink, Ok(true))) => (sink, Ok(Some(self))),
            Ok((sink, Ok(false))) => (sink, Ok(None)),
            Ok((sink, Err(error))) => (sink, Err(error)),
            Err(_) => match self.thread.join() {
                Err(panic) => resume_unwind(panic),
                Ok(()) => unreachable!("the thread answers every ask or panics"),
            },
        }
    }
}

/// Runs the query, filling one sink after another, until it ends or nobody asks.
fn serve(slot: &Slot, statement: &Compiled, asked: &Receiver<Ask>) {
    let mut current: Option<Ask> = None;
    let last = read(slot, statement, asked, &mut current);
    let Ok(ask) = current.map_or_else(|| asked.recv(), Ok) else { return };
    let _ = ask.answer.send((ask.sink, last.map(|()| false)));
}

fn read(slot: &Slot, statement: &Compiled, asked: &Receiver<Ask>, current: &mut Option<Ask>) -> Result<()> {
    slot.ctl.watch(Watch::Off);
    let mut prepared =
        slot.conn.prepare_cached(&statement.sql).map_err(|error| from_client(error, &statement.sql))?;
    bind::bind(&mut prepared, &statement.params)?;
    let mut rows = prepared.raw_query();
    let mut columns = None;
    let mut taken = 0;
    while let Some(row) = rows.next().map_err(|error| from_client(error, ""))? {
        if slot.ctl.is_canceled() {
            return Err(canceled());
        }
        let mut ask = match current.take() {
            Some(ask) => ask,
            None => match asked.recv() {
                Ok(ask) => ask,
                Err(_) => return Ok(()),
            },
        };
        let columns = *columns.get_or_insert_with(|| row.as_ref().column_count());
        let flow = cells::hand_over(row, columns, &mut *ask.sink);
        taken += 1;
        if taken < BATCH || !matches!(flow, Ok(Flow::Continue)) {
            *current = Some(ask);
            if flow? == Flow::Stop {
                return Ok(());
            }
            continue;
        }
        taken = 0;
        if ask.answer.send((ask.sink, Ok(true))).is_err() {
            return Ok(());
        }
    }
    Ok(())
}
