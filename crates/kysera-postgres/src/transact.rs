//! Transactions as the executor asks for them: begun with their first statement, committed by what the server says it
//! did, refused after a statement that was dropped half way.

use crate::cancel::quiesce;
use crate::connection::PgConnection;
use crate::error;
use crate::lost_commit::{Fate, fate};
use crate::protocol::Status;
use crate::transaction::{Transaction, TransactionNumber, quote};
use kysera_core::driver::TransactionOptions;
use kysera_core::driver::transaction_state::{EndedBy, Operation, TransactionState, rolled_back_instead};
use kysera_core::error::{Error, ErrorKind, Result};

impl PgConnection {
    /// Begins a transaction; the server is told with the first statement.
    pub(crate) async fn begin_lazily(&mut self, options: TransactionOptions) -> Result<()> {
        // What a future dropped before left running is none of this transaction's.
        self.come_to_rest().await?;
        self.check()?;
        if let Some(transaction) = &self.transaction {
            transaction.state.check_begin()?;
        }
        self.transaction = Some(Transaction::new(options)?);
        Ok(())
    }

    pub(crate) async fn commit_transaction(&mut self) -> Result<()> {
        if self.transaction.as_ref().is_some_and(|transaction| !transaction.is_begun()) {
            self.transaction = None;
            return Ok(());
        }
        self.note_interruption();
        self.check_raw()?;
        let ends = self.raw().monitor.ends();
        let transaction = self.open_transaction()?;
        transaction.state.check_commit()?;
        transaction.state.start(Operation::Commit);
        let number = transaction.number(ends).cloned();
        let raw = self.raw();
        let before = raw.monitor.rollbacks();
        let outcome = raw.command("commit").await;
        let was_rolled_back = raw.monitor.rollbacks() != before;
        let is_lost = raw.is_broken;
        let transaction = self.transaction.take();
        match outcome {
            // The command succeeds also where it rolls back; only its tag tells (manual, COMMIT: Outputs).
            Ok(()) if was_rolled_back => Err(rolled_back_instead()),
            Ok(()) => Ok(()),
            Err(error) if is_lost => {
                let lost = error::from_postgres(error);
                let unknown = transaction.unwrap_or_default().state.lost_commit(lost);
                // Boxed, so that the future of every commit does not carry the room of a login.
                Box::pin(self.resolve(number, unknown)).await
            }
            // A deferred constraint, a serialization failure: the server has rolled back.
            Err(error) => Err(error::from_postgres(error)),
        }
    }

    pub(crate) async fn rollback_transaction(&mut self) -> Result<()> {
        if self.transaction.as_ref().is_none_or(|transaction| !transaction.is_begun()) {
            self.transaction = None;
            if self.raw().is_finished() {
                return Ok(());
            }
        }
        self.stop_everything().await?;
        let mut own_end = Ok(());
        if let Some(transaction) = &mut self.transaction {
            own_end = transaction.state.check_own_end();
            transaction.state.start(Operation::Rollback);
        }
        let raw = self.raw();
        if raw.monitor.status() != Status::Idle {
            raw.undo("rollback").await?;
        }
        self.transaction = None;
        own_end
    }

    /// Sets a savepoint; the server is told with the next statement.
    pub(crate) fn set_savepoint(&mut self, name: &str) -> Result<()> {
        self.check()?;
        let transaction = self.open_transaction()?;
        transaction.set_savepoint(name);
        Ok(())
    }

    pub(crate) async fn release_savepoint(&mut self, name: &str) -> Result<()> {
        self.check()?;
        let transaction = self.open_transaction()?;
        let savepoint = transaction.state.find_savepoint(name)?;
        if transaction.is_sent(savepoint) {
            transaction.state.start(Operation::Release(savepoint));
            let released = self.raw().command(&format!("release savepoint {}", quote(name))).await;
            self.open_transaction()?.state.finish();
            released.map_err(error::from_postgres)?;
        }
        let transaction = self.open_transaction()?;
        transaction.forget_unsent(savepoint);
        transaction.state.savepoint_released(savepoint);
        Ok(())
    }

    /// Undoes also what was dropped half way since the savepoint was set.
    pub(crate) async fn rollback_to_savepoint(&mut self, name: &str) -> Result<()> {
        self.note_interruption();
        let transaction = self.open_transaction()?;
        let savepoint = transaction.state.find_savepoint(name)?;
        transaction.state.check_rollback_to(savepoint)?;
        if transaction.is_sent(savepoint)
            && let Err(error) = self.undo_to(savepoint, name).await
        {
            self.open_transaction()?.state.rollback_to_failed(savepoint);
            return Err(error);
        }
        let transaction = self.open_transaction()?;
        transaction.forget_unsent(savepoint);
        transaction.state.rolled_back_to(savepoint);
        Ok(())
    }

    /// Has the server roll back to a savepoint. May be dropped, and then called again.
    async fn undo_to(&mut self, savepoint: usize, name: &str) -> Result<()> {
        self.stop_everything().await?;
        let status = self.raw().monitor.status();
        let transaction = self.open_transaction()?;
        if status == Status::Idle {
            // The beginning never went out, or raw SQL has ended it.
            transaction.state.ended(EndedBy::Statement);
            return transaction.state.check();
        }
        // A rollback whose future was dropped has worked by now, or failed: nothing was sent behind it but a `Sync`.
        let is_done = transaction.undoing == Some(savepoint) && status == Status::Open;
        if !is_done {
            transaction.undoing = Some(savepoint);
            transaction.state.start(Operation::RollbackTo(savepoint));
            let name = quote(name);
            let sql = format!("rollback to savepoint {name}; release savepoint {name}");
            let before = self.raw().monitor.ends();
            let undone = self.raw().undo(&sql).await;
            let ends = self.raw().monitor.ends();
            let transaction = self.open_transaction()?;
            transaction.savepoint_undone(before, ends);
            if undone.is_err() {
                transaction.undoing = None;
            }
            undone?;
        }
        self.open_transaction()?.undoing = None;
        Ok(())
    }

    fn open_transaction(&mut self) -> Result<&mut Transaction> {
        self.transaction.as_mut().ok_or_else(|| match TransactionState::default().check_open() {
            Err(error) => error,
            Ok(()) => error::closed(),
        })
    }

    /// Waits for, or cancels, what a dropped future left running.
    async fn come_to_rest(&mut self) -> Result<()> {
        self.check_raw()?;
        if self.raw().is_finished() { Ok(()) } else { self.quiesce().await }
    }

    /// As `come_to_rest`; also does not wait for ever for the rest of a stream that was left, or of a query of which no
    /// more rows were wanted. What is cancelled is then undone.
    async fn stop_everything(&mut self) -> Result<()> {
        self.check_raw()?;
        if self.raw().is_finished() && self.raw().monitor.is_settled() {
            Ok(())
        } else {
            self.quiesce().await
        }
    }

    async fn quiesce(&mut self) -> Result<()> {
        let server = self.server().clone();
        // The caller holds the connection and waits for it: its room is not given to anybody.
        quiesce(self.raw(), &server, || ()).await
    }

    /// Finds out what became of a commit whose answer was lost, if it can be found out.
    async fn resolve(&mut self, number: Option<TransactionNumber>, unknown: Error) -> Result<()> {
        let (Some(number), Some(before)) = (number, self.raw().incarnation.clone()) else {
            return Err(unknown);
        };
        match fate(self.server(), &number, &before).await {
            Fate::Committed => Ok(()),
            Fate::RolledBack => Err(Error::new(
                ErrorKind::RolledBack,
                "the connection was lost during the commit, which did not happen",
            )
            .with_source(unknown)),
            Fate::Unknown => Err(unknown),
        }
    }
}
