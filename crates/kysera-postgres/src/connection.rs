//! A connection on loan: what the executor holds. Forwards to one file for each thing that it can do.

use crate::raw_connection::RawConnection;
use crate::pool::{Pooled, Shared};
use crate::release::release;
use crate::transaction::Transaction;
use crate::types::Types;
use kysera_core::driver::{BoxFuture, Connection, Ran, RowStream, TransactionOptions};
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_sql::compiled::Compiled;
use kysera_sql::row::RowSink;
use std::sync::Arc;

/// A connection on loan from the pool.
#[derive(Debug)]
pub(crate) struct PgConnection {
    /// Always there until the drop.
    raw: Option<Pooled>,
    shared: Arc<Shared>,
    pub(crate) transaction: Option<Transaction>,
}

impl PgConnection {
    pub(crate) fn new(raw: Pooled, shared: Arc<Shared>) -> PgConnection {
        PgConnection { raw: Some(raw), shared, transaction: None }
    }

    pub(crate) fn raw(&mut self) -> &mut RawConnection {
        self.raw.as_mut().expect("a connection is there until it is dropped")
    }

    /// The connection, and the types that are known.
    pub(crate) fn parts(&mut self) -> (&mut RawConnection, &Types) {
        let raw = self.raw.as_mut().expect("a connection is there until it is dropped");
        (raw, &self.shared.types)
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Refuses to go on with a connection that is gone, or in a transaction that is no longer what its caller thinks.
    pub(crate) fn check(&mut self) -> Result<()> {
        self.note_interruption();
        if self.raw().is_closed() {
            return Err(crate::error::closed());
        }
        match &self.transaction {
            Some(transaction) if transaction.is_interrupted() => Err(Error::new(
                ErrorKind::TransactionAborted,
                "a statement of this transaction was dropped half way",
            )
            .with_hint("roll back and run the transaction again")),
            // What runs now would run outside the transaction that its caller believes in.
            Some(transaction) if transaction.is_over() => Err(Error::new(
                ErrorKind::TransactionAborted,
                "one of its own statements ended this transaction",
            )
            .with_hint("leave begin, commit and rollback to the functions for them")),
            _ => Ok(()),
        }
    }

    /// Notes a statement whose future was dropped since the last call.
    pub(crate) fn note_interruption(&mut self) {
        if !self.raw().is_finished()
            && let Some(transaction) = &mut self.transaction
        {
            transaction.interrupt();
        }
    }
}

impl Drop for PgConnection {
    fn drop(&mut self) {
        if let Some(raw) = self.raw.take() {
            release(raw, &self.shared);
        }
    }
}

impl Connection for PgConnection {
    fn run(&mut self, statement: Compiled, mut sink: Box<dyn RowSink>) -> BoxFuture<'_, Ran> {
        Box::pin(async move {
            let outcome = self.run_statement(&statement, &mut *sink).await?;
            Ok((outcome, sink))
        })
    }

    fn stream(&mut self, statement: Compiled) -> BoxFuture<'_, Result<Box<dyn RowStream + '_>>> {
        Box::pin(self.start_stream(statement))
    }

    fn pipeline(&mut self, batch: Vec<(Compiled, Box<dyn RowSink>)>) -> BoxFuture<'_, Vec<Ran>> {
        Box::pin(self.run_pipeline(batch))
    }

    fn run_script<'c>(&'c mut self, sql: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(self.run_text(sql))
    }

    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.begin_lazily(options))
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.commit_transaction())
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.rollback_transaction())
    }

    fn savepoint<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(async move { self.set_savepoint(name) })
    }

    fn release<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(self.release_savepoint(name))
    }

    fn rollback_to<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(self.rollback_to_savepoint(name))
    }
}
