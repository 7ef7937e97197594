//! The rows of a query in batches.
//!
//! The first batch is everything that comes within one budget: a short result never leaves the task. A longer one is
//! started again on a thread of its own (`reader`). Once a batch has left, nothing starts again. A write is run to its
//! end before its first row is given.
//!
//! A database in memory has one connection, so a stream of it is read on ahead, as fast as it goes and however slowly its
//! rows are taken, and the connection goes back as soon as that is done: whoever takes the rows may use the database
//! meanwhile. Inside a transaction nothing is given back.

use crate::ahead::Ahead;
use crate::breathe::breathe;
use crate::buffer::Buffer;
use crate::busy::Busy;
use crate::connection::{Doing, SqliteConnection};
use crate::error::is_busy;
use crate::place::{Place, may_read};
use crate::reader::{self, Reader};
use crate::run::{self, Verdict};
use kysera_core::Result;
use kysera_core::driver::{BoxFuture, RowStream};
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::row::RowSink;
use std::any::Any;
use std::sync::Arc;

/// Rows in a batch.
pub(crate) const BATCH: usize = 256;

type Filled = Result<(Box<dyn RowSink>, bool)>;

struct SqliteStream<'c> {
    conn: &'c mut SqliteConnection,
    state: State,
}

enum State {
    /// Nothing was run yet.
    Ready(Compiled),
    /// All rows are here.
    Kept(Box<Buffer>),
    /// A job reads them all, without waiting for anybody.
    Ahead(Ahead),
    /// A thread reads them.
    Reading(Reader),
    Ended,
}

pub(crate) async fn open(
    conn: &mut SqliteConnection,
    statement: Compiled,
) -> Result<Box<dyn RowStream + '_>> {
    conn.ready().await?;
    // Refuses what must not run at all.
    conn.place(&statement)?;
    if may_read(&statement) {
        conn.start(Doing::Stream);
        return Ok(Box::new(SqliteStream { conn, state: State::Ready(statement) }));
    }
    let kept = keep(conn, statement).await?;
    Ok(Box::new(SqliteStream { conn, state: State::Kept(kept) }))
}

/// Runs the statement to its end and keeps its rows.
async fn keep(conn: &mut SqliteConnection, statement: Compiled) -> Result<Box<Buffer>> {
    let (_, sink) = conn.run_to_end(statement, Box::<Buffer>::default()).await?;
    let sink: Box<dyn Any> = sink.into_any();
    conn.release_single();
    Ok(sink.downcast().expect("a sink comes back as it went"))
}

impl SqliteStream<'_> {
    async fn next(&mut self, mut sink: Box<dyn RowSink>) -> Filled {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Ready(statement) => self.first(statement, sink).await,
            State::Kept(mut kept) => {
                let more = kept.pour(&mut *sink, BATCH)?;
                if more {
                    self.state = State::Kept(kept);
                }
                Ok((sink, more))
            }
            State::Ahead(mut ahead) => {
                let more = ahead.fill(&mut *sink).await?;
                if more {
                    self.state = State::Ahead(ahead);
                }
                Ok((sink, more))
            }
            State::Reading(reader) => {
                let (sink, more) = reader.ask(sink).await;
                self.went_on(sink, more)
            }
            State::Ended => Ok((sink, false)),
        }
    }

    /// The first batch, which may be tried more than once.
    async fn first(&mut self, statement: Compiled, mut sink: Box<dyn RowSink>) -> Filled {
        let mut busy = Busy::new(self.conn.shared.options.busy_timeout);
        loop {
            breathe().await;
            self.conn.settle().await?;
            self.conn.start(Doing::Stream);
            let error = match self.conn.place(&statement)? {
                Place::Here(watch) => {
                    let verdict = self.conn.run_here(&statement, &mut *sink, watch)?;
                    match verdict {
                        Verdict::Done(Ok(_)) => return self.ended(sink),
                        Verdict::Done(Err(error)) => error,
                        Verdict::Elsewhere => return self.elsewhere(statement, sink, busy).await,
                    }
                }
                Place::Pool => return self.elsewhere(statement, sink, busy).await,
            };
            if !is_busy(&error) || !busy.wait().await {
                self.conn.done();
                self.conn.notice_rollback();
                return Err(error);
            }
            sink.clear();
        }
    }

    async fn elsewhere(&mut self, statement: Compiled, mut sink: Box<dyn RowSink>, mut busy: Busy) -> Filled {
        // Raw SQL may write after all. If it cannot be prepared, whoever runs it says so.
        let reads = statement.kind == StatementKind::Read
            || run::is_read(self.conn.slot()?, &statement).unwrap_or(true);
        if !reads {
            let kept = keep(self.conn, statement).await?;
            self.state = State::Kept(kept);
            return Box::pin(self.next(sink)).await;
        }
        if self.conn.reads_ahead() {
            let shared = Arc::clone(&self.conn.shared);
            self.state = State::Ahead(Ahead::start(shared, self.conn.give_away()?, statement));
            return Box::pin(self.next(sink)).await;
        }
        loop {
            let (reader, away) = reader::start(self.conn.take_lease()?, statement.clone())?;
            self.conn.set_away(away);
            let more;
            (sink, more) = reader.ask(sink).await;
            match more {
                Err(error) if is_busy(&error) && busy.wait().await => {
                    self.conn.settle().await?;
                    self.conn.start(Doing::Stream);
                    sink.clear();
                }
                more => return self.went_on(sink, more),
            }
        }
    }

    fn went_on(&mut self, sink: Box<dyn RowSink>, more: Result<Option<Reader>>) -> Filled {
        let reader = more?;
        let more = reader.is_some();
        if let Some(reader) = reader {
            self.state = State::Reading(reader);
        }
        Ok((sink, more))
    }

    /// The result was short: the connection is at home.
    fn ended(&mut self, sink: Box<dyn RowSink>) -> Filled {
        self.conn.done();
        self.conn.release_single();
        Ok((sink, false))
    }
}

impl RowStream for SqliteStream<'_> {
    fn fill(&mut self, sink: Box<dyn RowSink>) -> BoxFuture<'_, Filled> {
        Box::pin(self.next(sink))
    }
}
