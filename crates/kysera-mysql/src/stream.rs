//! Rows in batches, while the statement runs. The socket itself holds the server back.

use crate::connection::MyConnection;
use crate::exchange::Event;
use crate::raw_connection::Failure;
use crate::read::Reader;
use crate::undone::check_stream;
use crate::warnings::{self, Errors};
use kysera_core::driver::transaction_state::Operation;
use kysera_core::driver::{BoxFuture, RowStream};
use kysera_core::error::Result;
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::row::RowSink;

/// The most rows of one batch, where the sink does not say stop before.
const BATCH: u64 = 1024;

/// The rows of a running statement.
struct Stream<'c> {
    connection: &'c mut MyConnection,
    reader: Reader,
    statement: Compiled,
    /// After the last row.
    is_over: bool,
}

impl MyConnection {
    pub(crate) async fn start_stream(&mut self, statement: Compiled) -> Result<Box<dyn RowStream + '_>> {
        self.ready().await?;
        self.check_ddl(&statement)?;
        check_stream(&statement)?;
        let params = std::mem::take(&mut self.raw().spare).encode(&statement.params)?;
        // A read may be left half way; a write has not ended before its last row.
        let is_read = statement.kind == StatementKind::Read;
        self.state.start(Operation::Statement);
        let raw = self.raw();
        raw.is_dirty |= statement.kind == StatementKind::Raw;
        let started = async {
            let way = raw.way(&statement, &params).await?;
            raw.send(&statement, &params, way)?;
            let first = raw.exchange.next().await?;
            let is_done = !matches!(first, Event::Failed(_));
            raw.note_types(&statement, &params, way, is_done);
            Ok(first)
        }
        .await;
        let mut reader = Reader::new(&statement);
        let is_over = match started {
            Ok(Event::Columns) => {
                reader.begin_rows();
                false
            }
            Ok(Event::Done(done)) => !done.has_more(),
            Ok(Event::Failed(error)) => {
                let failure = Failure::Server(error);
                return Err(Box::pin(self.statement_failed(failure, &statement)).await);
            }
            Ok(Event::Row(_) | Event::Prepared(_)) => {
                let failure = self.raw().confused();
                return Err(Box::pin(self.failed(failure)).await);
            }
            Err(failure) => return Err(Box::pin(self.failed(failure)).await),
        };
        if is_over {
            self.done();
        } else if is_read {
            self.state.start(Operation::Stream);
        }
        Ok(Box::new(Stream { connection: self, reader, statement, is_over }))
    }
}

impl Stream<'_> {
    async fn fill_sink(&mut self, sink: &mut dyn RowSink) -> Result<bool, Failure> {
        self.reader.go_on();
        let (before, exchange) = (self.reader.seen, &mut self.connection.raw().exchange);
        let most = before + BATCH;
        loop {
            let Some(event) = exchange.try_next()? else {
                // What has come is handed on before more is waited for.
                if self.reader.seen > before {
                    return Ok(true);
                }
                exchange.fill().await?;
                continue;
            };
            match event {
                Event::Row(row) => {
                    let (bytes, columns) = exchange.row_and_columns(row);
                    self.reader.take(bytes, columns, sink);
                    self.reader.check()?;
                    if self.reader.is_full() || self.reader.seen >= most {
                        return Ok(true);
                    }
                }
                Event::Columns => self.reader.begin_rows(),
                Event::Done(done) if done.has_more() => {}
                Event::Done(done) => {
                    self.is_over = true;
                    if done.warnings > 0 {
                        let errors = Errors::of(&self.statement);
                        warnings::check(self.connection.raw(), errors, done.warnings).await?;
                    }
                    return Ok(false);
                }
                Event::Failed(error) => {
                    self.is_over = true;
                    return Err(Failure::Server(error));
                }
                Event::Prepared(_) => return Err(self.connection.raw().confused()),
            }
        }
    }
}

impl RowStream for Stream<'_> {
    fn fill(&mut self, mut sink: Box<dyn RowSink>) -> BoxFuture<'_, Result<(Box<dyn RowSink>, bool)>> {
        Box::pin(async move {
            if self.is_over {
                return Ok((sink, false));
            }
            match self.fill_sink(&mut *sink).await {
                Ok(more) => {
                    if !more {
                        self.connection.done();
                    }
                    Ok((sink, more))
                }
                // The rows behind one that could not be read are still to come.
                Err(Failure::Kysera(error)) if !self.is_over => Err(error),
                Err(failure) => Err(self.connection.statement_failed(failure, &self.statement).await),
            }
        })
    }
}
