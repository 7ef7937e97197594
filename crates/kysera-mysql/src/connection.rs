//! A connection that a caller holds: what it is in the middle of, and whether it may go on. What it does is in the files
//! above: `run`, `pipeline`, `stream`, `transact`.

use crate::cancel::{ping, quiesce};
use crate::manager::MyManager;
use crate::raw_connection::{Failure, RawConnection};
use crate::server::Server;
use kysera_core::driver::transaction_state::{EndedBy, Operation, TransactionState};
use kysera_core::error::{Error, Result};
use kysera_core::pool::Pooled;
use kysera_sql::compiled::Compiled;
use std::sync::Arc;

/// A connection from the pool, to which it goes back when it is dropped.
#[derive(Debug)]
pub(crate) struct MyConnection {
    raw: Pooled<MyManager>,
    pub(crate) state: TransactionState,
}

impl MyConnection {
    pub(crate) fn new(raw: Pooled<MyManager>) -> MyConnection {
        MyConnection { raw, state: TransactionState::default() }
    }

    #[inline]
    pub(crate) fn raw(&mut self) -> &mut RawConnection {
        &mut self.raw
    }

    pub(crate) fn server(&self) -> Arc<Server> {
        Arc::clone(&self.raw.manager().server)
    }

    /// Makes ready for the next operation, or refuses it: the connection is gone, or the transaction is no longer what its
    /// caller thinks.
    #[inline]
    pub(crate) async fn ready(&mut self) -> Result<()> {
        if self.state.running().is_none() && self.raw.exchange.is_answered() && !self.raw.exchange.is_broken()
        {
            return self.state.check();
        }
        Box::pin(self.come_to_rest()).await
    }

    /// Passes over what is left of a query of which no more rows were wanted. What else was dropped half way is not for
    /// the next statement to settle.
    #[cold]
    async fn come_to_rest(&mut self) -> Result<()> {
        self.check_raw()?;
        if matches!(self.state.running(), None | Some(Operation::Stream)) {
            self.settle().await?;
        }
        self.state.check()
    }

    /// Waits for, or ends, what a dropped future left running, and sees whether the transaction is still open.
    pub(crate) async fn settle(&mut self) -> Result<()> {
        self.check_raw()?;
        let server = self.server();
        // The caller holds the connection and waits for it: its room is not given to anybody.
        let outcome = async {
            quiesce(&mut self.raw, &server, || ()).await?;
            // An error among the answers does not say what became of the transaction.
            ping(&mut self.raw).await
        }
        .await;
        if outcome.is_err() {
            self.state.lost();
            return outcome;
        }
        let is_open = self.raw.exchange.is_in_transaction();
        self.state.settle(is_open);
        self.note_end(EndedBy::Database);
        Ok(())
    }

    /// Refuses to go on with a connection that is gone.
    pub(crate) fn check_raw(&mut self) -> Result<()> {
        if !self.raw.exchange.is_broken() {
            return Ok(());
        }
        self.state.lost();
        match self.raw.exchange.ended_by() {
            Some(_) => Err(self.raw.lost()),
            None => Err(self.state.check().err().unwrap_or_else(|| self.raw.lost())),
        }
    }

    /// As [`failed`](MyConnection::failed), for a statement: the error of a key has the key's columns.
    pub(crate) async fn statement_failed(&mut self, failure: Failure, statement: &Compiled) -> Error {
        let error = self.raw.told(failure);
        let error = self.raw.with_key_columns(error, statement).await;
        self.ended_by(error).await
    }

    /// Notes the end of an operation, and what its error says of the transaction. Returns the error as Kysera's.
    pub(crate) async fn failed(&mut self, failure: Failure) -> Error {
        let error = self.raw.told(failure);
        self.ended_by(error).await
    }

    async fn ended_by(&mut self, error: Error) -> Error {
        if self.raw.exchange.is_broken() {
            self.state.lost();
            return error;
        }
        if self.raw.exchange.is_in_transaction() && self.raw.exchange.is_answered() {
            // Errors have no flags, and some have rolled the transaction back: what follows would commit by itself.
            if let Err(lost) = ping(&mut self.raw).await {
                self.state.lost();
                return error.with_rollback(lost);
            }
            self.note_end(EndedBy::Database);
        }
        self.state.finish();
        error
    }

    /// Notes the end of an operation that went well.
    #[inline]
    pub(crate) fn done(&mut self) {
        self.state.finish();
        if self.state.is_open() {
            self.note_end(EndedBy::Statement);
        }
    }

    /// Notes a transaction that is over though nobody asked for its end: what follows would commit by itself.
    fn note_end(&mut self, by: EndedBy) {
        if self.raw.exchange.is_answered() && !self.raw.exchange.is_in_transaction() && self.state.is_open() {
            self.state.ended(by);
        }
    }
}
