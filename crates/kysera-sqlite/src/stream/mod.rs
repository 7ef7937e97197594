//! The rows of a query in batches.
//!
//! The query first runs on the calling task. If it ends within its budget, all its rows are the first batch. A longer one
//! is started again on a thread of its own (`thread`). Once a batch was handed out, nothing starts again. A write runs
//! to its end before its first row is handed out (`row_buffer`).
//!
//! A database in memory has one connection. Its streams are read as fast as they go, and the connection is free again
//! before all rows are taken (`prefetch`), so a consumer may use the database meanwhile. Not so inside a transaction.

mod prefetch;
mod row_buffer;
mod thread;

use self::prefetch::Prefetch;
use self::row_buffer::{BATCH, RowBuffer};
use self::thread::Reader;
use crate::busy::BusyWait;
use crate::connection::SqliteConnection;
use crate::error::is_busy;
use crate::keyword::may_read;
use crate::raw;
use crate::schedule::Thread;
use crate::yield_now::yield_if_due;
use kysera_core::Result;
use kysera_core::driver::transaction_state::{EndedBy, Operation};
use kysera_core::driver::{Attempt, BoxFuture, RowStream};
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::row::RowSink;
use std::any::Any;
use std::sync::Arc;

type Filled = Result<(Box<dyn RowSink>, bool)>;

struct SqliteStream<'c> {
    conn: &'c mut SqliteConnection,
    state: State,
}

enum State {
    /// Nothing was run yet.
    Ready(Compiled),
    /// All rows are here.
    Buffered(Box<RowBuffer>),
    /// A blocking task reads them all.
    Prefetch(Prefetch),
    /// A thread reads them.
    Reading(Reader),
    Ended,
}

pub(crate) async fn open(
    conn: &mut SqliteConnection,
    statement: Compiled,
) -> Result<Box<dyn RowStream + '_>> {
    conn.ready().await?;
    if may_read(&statement) {
        conn.state.start(Operation::Stream);
        return Ok(Box::new(SqliteStream { conn, state: State::Ready(statement) }));
    }
    let buffer = run_to_buffer(conn, statement).await?;
    Ok(Box::new(SqliteStream { conn, state: State::Buffered(buffer) }))
}

/// Runs the statement to its end and keeps its rows.
async fn run_to_buffer(conn: &mut SqliteConnection, statement: Compiled) -> Result<Box<RowBuffer>> {
    let (_, sink) = conn.run_to_end(statement, Box::<RowBuffer>::default()).await?;
    let sink: Box<dyn Any> = sink.into_any();
    conn.release_single();
    Ok(sink.downcast().expect("a sink comes back as it went"))
}

impl SqliteStream<'_> {
    async fn next(&mut self, mut sink: Box<dyn RowSink>) -> Filled {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Ready(statement) => self.first(statement, sink).await,
            State::Buffered(mut buffer) => {
                let more = buffer.pour(&mut *sink, BATCH)?;
                if more {
                    self.state = State::Buffered(buffer);
                }
                Ok((sink, more))
            }
            State::Prefetch(mut prefetch) => {
                let more = prefetch.fill(&mut *sink).await?;
                if more {
                    self.state = State::Prefetch(prefetch);
                }
                Ok((sink, more))
            }
            State::Reading(reader) => {
                let (sink, more) = reader.fill(sink).await;
                self.keep_reading(sink, more)
            }
            State::Ended => Ok((sink, false)),
        }
    }

    /// The first batch, which may be tried more than once.
    async fn first(&mut self, statement: Compiled, mut sink: Box<dyn RowSink>) -> Filled {
        let mut busy = BusyWait::new(self.conn.database.options.busy_timeout);
        loop {
            yield_if_due().await;
            self.conn.reclaim().await?;
            self.conn.state.start(Operation::Stream);
            let error = match self.conn.schedule(&statement) {
                Thread::Caller(watch) => {
                    let attempt = self.conn.run_here(&statement, &mut *sink, watch)?;
                    match attempt {
                        Attempt::Done(Ok(_)) => return self.finished(sink),
                        Attempt::Done(Err(error)) => error,
                        Attempt::WouldBlock => return self.continue_on_thread(statement, sink, busy).await,
                    }
                }
                Thread::BlockingPool => return self.continue_on_thread(statement, sink, busy).await,
            };
            if !is_busy(&error) || !busy.wait().await {
                self.conn.state.finish();
                self.conn.notice_rollback(EndedBy::Database);
                return Err(error);
            }
            sink.clear();
        }
    }

    async fn continue_on_thread(
        &mut self,
        statement: Compiled,
        mut sink: Box<dyn RowSink>,
        mut busy: BusyWait,
    ) -> Filled {
        // Raw SQL may write after all. If it cannot be prepared, running it gives the error.
        let reads = statement.kind == StatementKind::Read
            || raw::is_read(self.conn.raw()?, &statement).unwrap_or(true);
        if !reads {
            let buffer = run_to_buffer(self.conn, statement).await?;
            self.state = State::Buffered(buffer);
            return Box::pin(self.next(sink)).await;
        }
        if self.conn.prefetches() {
            let database = Arc::clone(&self.conn.database);
            self.state = State::Prefetch(Prefetch::start(database, self.conn.hand_off()?, statement));
            return Box::pin(self.next(sink)).await;
        }
        loop {
            let (reader, returning) = thread::start(self.conn.take_pooled()?, statement.clone())?;
            self.conn.set_returning(returning);
            let more;
            (sink, more) = reader.fill(sink).await;
            match more {
                Err(error) if is_busy(&error) && busy.wait().await => {
                    self.conn.reclaim().await?;
                    self.conn.state.start(Operation::Stream);
                    sink.clear();
                }
                more => return self.keep_reading(sink, more),
            }
        }
    }

    fn keep_reading(&mut self, sink: Box<dyn RowSink>, more: Result<Option<Reader>>) -> Filled {
        let reader = more?;
        let more = reader.is_some();
        if let Some(reader) = reader {
            self.state = State::Reading(reader);
        }
        Ok((sink, more))
    }

    /// The result was short: the connection is here.
    fn finished(&mut self, sink: Box<dyn RowSink>) -> Filled {
        self.conn.state.finish();
        self.conn.release_single();
        Ok((sink, false))
    }
}

impl RowStream for SqliteStream<'_> {
    fn fill(&mut self, sink: Box<dyn RowSink>) -> BoxFuture<'_, Filled> {
        Box::pin(self.next(sink))
    }
}
