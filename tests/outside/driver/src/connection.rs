//! The connection: statements, streams and transactions.

use crate::error;
use crate::statement::{Buffered, cells, each_row, run};
use kysera_core::driver::{BoxFuture, Connection, Ran, RowStream, TransactionOptions};
use kysera_core::{Error, ErrorKind, Result};
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::row::{Flow, RowSink};
use tokio::sync::OwnedMutexGuard;

/// How many rows a stream gives at first.
const BATCH: usize = 64;

/// The connection, lent to one task.
#[derive(Debug)]
pub(crate) struct FerryConnection {
    client: OwnedMutexGuard<rusqlite::Connection>,
    has_begun: bool,
}

impl FerryConnection {
    pub(crate) fn new(client: OwnedMutexGuard<rusqlite::Connection>) -> FerryConnection {
        FerryConnection { client, has_begun: false }
    }

    /// Refuses to go on outside the transaction that the caller believes in: some errors make SQLite end it.
    fn check(&self) -> Result<()> {
        if self.has_begun && self.client.is_autocommit() {
            return Err(Error::new(ErrorKind::TransactionAborted, "SQLite has rolled the transaction back"));
        }
        Ok(())
    }

    fn command(&self, sql: &str) -> Result<()> {
        self.client.execute_batch(sql).map_err(error::from_client)
    }

    /// Ends a transaction, if there is one, and what it was asked to be.
    fn end(&mut self, sql: &str) -> Result<()> {
        if !self.client.is_autocommit() {
            self.command(sql)?;
        }
        self.has_begun = false;
        self.client.pragma_update(None, "query_only", false).map_err(error::from_client)
    }
}

// Nobody else has it before the transaction is gone: the lock is given back after this.
impl Drop for FerryConnection {
    fn drop(&mut self) {
        // SQLite has rolled back by itself where this fails.
        let _ = self.end("rollback");
    }
}

// Every step is done when its future is polled once, so that a future which was dropped did all or nothing.
impl Connection for FerryConnection {
    fn run(&mut self, statement: Compiled, mut sink: Box<dyn RowSink>) -> BoxFuture<'_, Ran> {
        Box::pin(async move {
            self.check()?;
            let result = run(&self.client, &statement, sink.as_mut())?;
            Ok((result, sink))
        })
    }

    fn stream(&mut self, statement: Compiled) -> BoxFuture<'_, Result<Box<dyn RowStream + '_>>> {
        Box::pin(async move {
            self.check()?;
            if statement.kind == StatementKind::Read {
                let stream = Stream { client: &mut self.client, query: statement, given: 0, batch: BATCH };
                return Ok(Box::new(stream) as Box<dyn RowStream + '_>);
            }
            let rows = Buffered::read(&self.client, &statement)?;
            Ok(Box::new(Written { rows }) as Box<dyn RowStream + '_>)
        })
    }

    fn run_script<'c>(&'c mut self, sql: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(async move { self.check().and_then(|()| self.command(sql)) })
    }

    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            // Whatever isolation is asked for: with one connection there is nobody to be isolated from.
            self.client.pragma_update(None, "query_only", options.read_only).map_err(error::from_client)?;
            self.command("begin")?;
            self.has_begun = true;
            Ok(())
        })
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move { self.check().and_then(|()| self.end("commit")) })
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move { self.end("rollback") })
    }

    fn savepoint<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(async move { self.command(&format!("savepoint {name}")) })
    }

    fn release<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(async move { self.command(&format!("release {name}")) })
    }

    fn rollback_to<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(async move { self.command(&format!("rollback to {name}; release {name}")) })
    }
}

/// The rows of a statement, by batches.
///
/// A statement of the client borrows its connection, so a query is run anew for each batch, which is twice as large as
/// the one before, and passes over the rows that were given. Nobody can write meanwhile: the stream has the connection.
struct Stream<'c> {
    client: &'c mut rusqlite::Connection,
    query: Compiled,
    given: usize,
    batch: usize,
}

impl RowStream for Stream<'_> {
    fn fill(&mut self, mut sink: Box<dyn RowSink>) -> BoxFuture<'_, Result<(Box<dyn RowSink>, bool)>> {
        Box::pin(async move {
            let last = self.given + self.batch;
            let mut seen = 0;
            each_row(self.client, &self.query, |row| {
                seen += 1;
                let flow = if seen > self.given { sink.row(&cells(row)?)? } else { Flow::Continue };
                Ok(if seen == last { Flow::Stop } else { flow })
            })?;
            let has_more = seen > self.given;
            (self.given, self.batch) = (seen, self.batch * 2);
            Ok((sink, has_more))
        })
    }
}

/// Rows of a write, which runs once: they were read when the stream began.
struct Written {
    rows: Buffered,
}

impl RowStream for Written {
    fn fill(&mut self, mut sink: Box<dyn RowSink>) -> BoxFuture<'_, Result<(Box<dyn RowSink>, bool)>> {
        Box::pin(async move {
            for _ in 0..BATCH {
                match self.rows.give_next(sink.as_mut())? {
                    Some(Flow::Continue) => {}
                    Some(Flow::Stop) => return Ok((sink, true)),
                    None => return Ok((sink, false)),
                }
            }
            Ok((sink, true))
        })
    }
}
