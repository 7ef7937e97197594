//! Rows taken one by one while the statement runs.
//!
//! The connection and the driver's stream that borrows it live in one boxed future, so nothing here borrows from itself.
//! The future fills a sink and waits until the rows have been taken out: the sink goes back and forth through a handoff.

use crate::db::Db;
use crate::driver::{BoxFuture, RowStream};
use crate::error::{Error, ErrorKind, Result};
use crate::execute::by_name::{self, foreign_sink};
use crate::execute::executor::{Executor, ExecutorRef};
use crate::execute::lower::{Lowered, Stepwise};
use crate::execute::run::StatementRun;
use crate::execute::session::Session;
use futures_core::Stream;
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::query::Query;
use kysera_sql::row::{FromRow, RowSink, Rows};
use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

/// The rows of a running query, one by one. Holds its connection until the last row has been read from the database, or
/// until it is dropped.
///
/// ```
/// # use kysera_core::{Db, Result, QueryExt, raw};
/// # async fn example(db: &Db) -> Result<()> {
/// let mut people = raw("select name from person").rows::<(String,)>().fetch_stream(db);
/// while let Some(row) = people.next().await {
///     let (name,) = row?;
///     println!("{name}");
/// }
/// # Ok(())
/// # }
/// ```
///
/// Take rows with [`next`](RowsStream::next), or use it as a `futures_core::Stream`. In a transaction a stream of a query
/// may be dropped before its end; a stream of a write that returns rows may not: the transaction then only rolls back.
/// Where plugins intercept the statement, all its rows are read before the first is given out.
#[must_use = "a stream does nothing until rows are taken from it"]
pub struct RowsStream<'e, T> {
    statement: StatementRun<'e>,
    source: Option<Source<'e>>,
    pump: Option<BoxFuture<'e, Result<()>>>,
    handoff: Handoff,
    /// Rows that were read. When they are gone, the sink gets their room for others.
    batch: VecDeque<T>,
}

/// Where a stream runs: `&db`, for a connection of its own, or `&mut tx`, so that nothing else runs on the transaction
/// meanwhile.
#[diagnostic::on_unimplemented(
    message = "a stream cannot run on `{Self}`",
    note = "pass `&db`, or a transaction by mutable reference (`&mut tx`, or `&mut *tx` where `tx` is a reference)"
)]
pub trait StreamSource<'e> {
    /// The database or transaction that it holds.
    fn stream_ref(self) -> StreamRef<'e>;
}

/// Where a stream runs. Opaque; it is passed on.
#[derive(Debug)]
pub struct StreamRef<'e> {
    executor: ExecutorRef<'e>,
    session: Option<&'e mut Session>,
}

impl<'e> StreamRef<'e> {
    /// On a transaction that nothing else uses meanwhile.
    pub(crate) fn session(db: &'e Db, session: &'e mut Session) -> StreamRef<'e> {
        StreamRef { executor: ExecutorRef { db, session: None }, session: Some(session) }
    }

    /// The same connection, under the plugins and values of another handle: of one that [`Db::with`] made.
    #[must_use = "returns the changed reference"]
    pub fn with_db(self, db: &'e Db) -> StreamRef<'e> {
        StreamRef { executor: self.executor.with_db(db), ..self }
    }
}

#[derive(Debug)]
enum Source<'e> {
    Connection(&'e Db),
    Session(&'e mut Session),
    /// A transaction that others may use meanwhile: they would wait for ever.
    Shared,
}

impl<'e, T: FromRow + Send + 'static> RowsStream<'e, T> {
    pub(crate) fn new(source: impl StreamSource<'e>, query: impl Query) -> RowsStream<'e, T> {
        let StreamRef { executor, session } = source.stream_ref();
        let source = match session {
            Some(session) => Source::Session(session),
            None if executor.session.is_some() => Source::Shared,
            None => Source::Connection(executor.db),
        };
        RowsStream {
            statement: StatementRun::new(executor, query),
            source: Some(source),
            pump: None,
            handoff: Handoff::default(),
            batch: VecDeque::new(),
        }
    }

    /// The next row; `None` after the last.
    ///
    /// # Errors
    /// When the statement cannot be written or run, or the row cannot be read. Nothing comes after an error.
    pub async fn next(&mut self) -> Option<Result<T>> {
        poll_fn(|cx| self.poll_row(cx)).await
    }

    fn poll_row(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        if let Some(source) = self.source.take() {
            match self.statement.lower() {
                Ok(_) if self.statement.discards_rows() => return Poll::Ready(Some(Err(no_rows()))),
                Ok(lowered) => self.pump = Some(self.start(source, lowered)),
                Err(error) => return Poll::Ready(Some(Err(self.statement.explain(error)))),
            }
        }
        loop {
            if let Some(row) = self.batch.pop_front() {
                return Poll::Ready(Some(Ok(row)));
            }
            let Some(pump) = &mut self.pump else { return Poll::Ready(None) };
            let progress = pump.as_mut().poll(cx);
            if progress.is_ready() {
                self.pump = None;
            }
            if let Poll::Ready(Err(error)) = progress {
                return Poll::Ready(Some(Err(self.statement.explain(error))));
            }
            match self.handoff.take_full() {
                Some(full) => match self.unload(full) {
                    Ok(()) => {}
                    Err(error) => {
                        self.pump = None;
                        return Poll::Ready(Some(Err(error)));
                    }
                },
                None if progress.is_pending() => return Poll::Pending,
                None => {}
            }
        }
    }

    fn start(&mut self, source: Source<'e>, lowered: Lowered<'e>) -> BoxFuture<'e, Result<()>> {
        let sink: Box<dyn RowSink> = Box::new(Rows::<T>::default());
        let (compiled, handoff) = (lowered.compiled, self.handoff.clone());
        let sink = by_name::around(&compiled, sink);
        match (lowered.stepwise, source) {
            (_, Source::Shared) => Box::pin(std::future::ready(Err(shared()))),
            (None, Source::Connection(db)) => Box::pin(pump_connection(db, compiled, sink, handoff)),
            (None, Source::Session(session)) => Box::pin(pump_session(session, compiled, sink, handoff)),
            (Some(stepwise), source) => Box::pin(pump_around(source, stepwise, compiled, sink, handoff)),
        }
    }

    /// Takes the rows out of a full sink and gives it back empty.
    fn unload(&mut self, full: Box<dyn RowSink>) -> Result<()> {
        let mut sink = full;
        let rows = by_name::inner::<Rows<T>>(&mut *sink).ok_or_else(foreign_sink)?;
        let room = Vec::from(std::mem::take(&mut self.batch));
        self.batch = rows.take_into(room).into();
        self.handoff.give_back(sink);
        Ok(())
    }
}

impl<T: FromRow + Send + Unpin + 'static> Stream for RowsStream<'_, T> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        self.get_mut().poll_row(cx)
    }
}

async fn pump_connection(
    db: &Db,
    compiled: Compiled,
    sink: Box<dyn RowSink>,
    handoff: Handoff,
) -> Result<()> {
    let mut connection = db.acquire(db.access(&compiled)).await?;
    let mut rows = connection.stream(compiled).await?;
    pump(&mut *rows, sink, handoff).await
}

async fn pump_session(
    session: &mut Session,
    compiled: Compiled,
    sink: Box<dyn RowSink>,
    handoff: Handoff,
) -> Result<()> {
    let may_stop_early = compiled.kind == StatementKind::Read;
    let mut rows = session.stream(compiled, may_stop_early).await?;
    let result = pump(&mut *rows, sink, handoff).await;
    drop(rows);
    session.leave();
    result
}

/// Runs to the end first: what plugins do after a statement comes before its rows are seen.
async fn pump_around(
    source: Source<'_>,
    stepwise: Box<Stepwise<'_>>,
    compiled: Compiled,
    sink: Box<dyn RowSink>,
    handoff: Handoff,
) -> Result<()> {
    let (_, full) = match source {
        Source::Connection(db) => stepwise.run(db, compiled, sink).await?,
        Source::Session(session) => stepwise.run_in(session, compiled, sink).await?,
        Source::Shared => return Err(shared()),
    };
    handoff.put_full(full);
    Ok(())
}

#[cold]
fn no_rows() -> Error {
    Error::new(ErrorKind::InvalidQuery, "the statement returns no rows").with_hint("run it with `execute`")
}

#[cold]
fn shared() -> Error {
    Error::new(ErrorKind::InvalidQuery, "a stream needs its transaction for itself")
        .with_hint("pass the transaction by mutable reference (`&mut tx`)")
}

/// Fills the sink again and again until there are no more rows.
async fn pump(rows: &mut dyn RowStream, mut sink: Box<dyn RowSink>, handoff: Handoff) -> Result<()> {
    loop {
        let (full, more) = rows.fill(sink).await?;
        handoff.put_full(full);
        if !more {
            return Ok(());
        }
        sink = handoff.empty().await;
    }
}

/// Where the sink goes from the pump to the stream and back. Both run in one task: the lock is never waited for.
#[derive(Clone, Default)]
struct Handoff(Arc<Mutex<Option<Turn>>>);

enum Turn {
    Full(Box<dyn RowSink>),
    Empty(Box<dyn RowSink>),
}

impl Handoff {
    fn put_full(&self, sink: Box<dyn RowSink>) {
        self.set(Turn::Full(sink));
    }

    fn give_back(&self, sink: Box<dyn RowSink>) {
        self.set(Turn::Empty(sink));
    }

    fn take_full(&self) -> Option<Box<dyn RowSink>> {
        match self.take_if(|turn| matches!(turn, Turn::Full(_)))? {
            Turn::Full(sink) | Turn::Empty(sink) => Some(sink),
        }
    }

    /// Waits until the stream has taken the rows. Nothing need wake it: the stream polls again when it wants more.
    async fn empty(&self) -> Box<dyn RowSink> {
        poll_fn(|_| match self.take_if(|turn| matches!(turn, Turn::Empty(_))) {
            Some(Turn::Full(sink) | Turn::Empty(sink)) => Poll::Ready(sink),
            None => Poll::Pending,
        })
        .await
    }

    fn set(&self, turn: Turn) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(turn);
    }

    fn take_if(&self, wanted: impl FnOnce(&mut Turn) -> bool) -> Option<Turn> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take_if(wanted)
    }
}

impl<'e> StreamSource<'e> for &'e Db {
    fn stream_ref(self) -> StreamRef<'e> {
        StreamRef { executor: self.executor(), session: None }
    }
}

impl<T> fmt::Debug for RowsStream<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowsStream").field("statement", &self.statement).finish_non_exhaustive()
    }
}
