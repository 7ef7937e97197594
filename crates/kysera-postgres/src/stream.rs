//! Rows in batches, while the statement runs.

use crate::connection::PgConnection;
use crate::read::{Failure, Reader, next};
use crate::run::{Request, start};
use futures_core::Stream as _;
use kysera_core::driver::{BoxFuture, RowStream};
use kysera_core::error::Result;
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::row::RowSink;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use tokio_postgres::Row;

/// The most rows of one batch, where the sink does not say stop before.
const BATCH: u64 = 1024;

/// The rows of a running statement.
struct Stream<'c> {
    connection: &'c mut PgConnection,
    /// `None` after the last row.
    rows: Option<Pin<Box<tokio_postgres::RowStream>>>,
    reader: Reader,
    /// Rows that came while a type had to be looked up.
    ahead: VecDeque<Row>,
    kind: StatementKind,
}

impl PgConnection {
    pub(crate) async fn start_stream(&mut self, statement: Compiled) -> Result<Box<dyn RowStream + '_>> {
        self.check()?;
        let request = Request::new(&statement, self.raw().monitor.is_in_utc())?;
        let mut outcome = self.attempt_stream(&request).await;
        if self.must_run_again(&request, &mut outcome) {
            outcome = self.attempt_stream(&request).await;
        }
        let rows = outcome.map_err(|failure| self.told(failure))?;
        let (reader, kind) = (Reader::new(&statement), statement.kind);
        Ok(Box::new(Stream { connection: self, rows: Some(rows), reader, ahead: VecDeque::new(), kind }))
    }

    async fn attempt_stream(
        &mut self,
        request: &Request<'_>,
    ) -> Result<Pin<Box<tokio_postgres::RowStream>>, Failure> {
        let mut preamble = self.take_preamble(request.statement.kind);
        let mut number = None;
        let outcome = start(self.raw(), request, &mut preamble, &mut number).await;
        // A read may be dropped half way: the monitor knows of the rows that are still to come. A write has not ended
        // before its last row.
        let is_over = outcome.is_err() || request.statement.kind == StatementKind::Read;
        if is_over {
            self.ended(outcome.as_ref().err(), number);
        } else if let Some(transaction) = &mut self.transaction {
            transaction.set_number(number);
        }
        outcome.map(Box::pin)
    }
}

/// Why rows are no longer taken.
enum Pause {
    /// The sink wants no more for now, or no more has come.
    Batch,
    /// The last row needs a type, or could not be read.
    Row,
    End,
}

impl Stream<'_> {
    async fn fill_sink(&mut self, sink: &mut dyn RowSink) -> Result<bool, Failure> {
        self.reader.go_on();
        let most = self.reader.seen + BATCH;
        loop {
            let pause = match self.take_ahead(sink, most) {
                Some(pause) => pause,
                None => self.take_rows(sink, most).await?,
            };
            match pause {
                Pause::Batch => return Ok(true),
                Pause::Row if self.look_up_if_needed().await? => {}
                Pause::Row => self.reader.check()?,
                Pause::End => {
                    self.end().await;
                    return Ok(false);
                }
            }
        }
    }

    /// Takes rows that came while a type had to be looked up; `None` when there are no more of them.
    fn take_ahead(&mut self, sink: &mut dyn RowSink, most: u64) -> Option<Pause> {
        while let Some(row) = self.ahead.pop_front() {
            self.reader.take(row, sink, &self.connection.server().types);
            if let Some(pause) = pause(&self.reader, most) {
                return Some(pause);
            }
        }
        None
    }

    /// Takes rows as they come. The first is waited for; after it, only what is here already is taken.
    async fn take_rows(&mut self, sink: &mut dyn RowSink, most: u64) -> Result<Pause, tokio_postgres::Error> {
        let Stream { connection, rows: Some(rows), reader, .. } = self else { return Ok(Pause::End) };
        let (types, mut is_first) = (&connection.server().types, true);
        // One future for all of them, because each would be waited for on its own otherwise.
        poll_fn(|cx| {
            loop {
                match rows.as_mut().poll_next(cx) {
                    Poll::Ready(Some(Ok(row))) => reader.take(row, sink, types),
                    Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(error)),
                    Poll::Ready(None) => return Poll::Ready(Ok(Pause::End)),
                    Poll::Pending if is_first => return Poll::Pending,
                    Poll::Pending => return Poll::Ready(Ok(Pause::Batch)),
                }
                is_first = false;
                if let Some(pause) = pause(reader, most) {
                    return Poll::Ready(Ok(pause));
                }
            }
        })
        .await
    }

    /// Looks up the types that the last row waits for: takes all rows first, because the answer comes behind them.
    async fn look_up_if_needed(&mut self) -> Result<bool, Failure> {
        let Some((missing, waiting)) = self.reader.take_missing() else { return Ok(false) };
        if let Some(rows) = &mut self.rows {
            while let Some(row) = next(rows.as_mut()).await {
                self.ahead.push_back(row?);
            }
        }
        self.end().await;
        for row in waiting.into_iter().rev() {
            self.ahead.push_front(row);
        }
        let server = self.connection.server().clone();
        let raw = self.connection.raw();
        raw.request(1);
        server.types.look_up(&raw.client, missing).await?;
        Ok(true)
    }

    /// Notes that the last row has come.
    async fn end(&mut self) {
        if self.rows.take().is_some() && self.kind != StatementKind::Read {
            self.connection.ended(None, None);
        }
        let _ = self.connection.raw().finish_preparing().await;
    }
}

/// Whether to go on behind a row.
#[inline]
fn pause(reader: &Reader, most: u64) -> Option<Pause> {
    if reader.is_taking() {
        (reader.seen >= most).then_some(Pause::Batch)
    } else {
        Some(if reader.is_full() { Pause::Batch } else { Pause::Row })
    }
}

impl RowStream for Stream<'_> {
    fn fill(&mut self, mut sink: Box<dyn RowSink>) -> BoxFuture<'_, Result<(Box<dyn RowSink>, bool)>> {
        Box::pin(async move {
            match self.fill_sink(&mut *sink).await {
                Ok(more) => Ok((sink, more)),
                Err(failure) => {
                    if let Failure::Postgres(error) = &failure {
                        self.connection.raw().note(error);
                        // The statement ended with this error.
                        self.end().await;
                    }
                    Err(self.connection.told(failure))
                }
            }
        })
    }
}
