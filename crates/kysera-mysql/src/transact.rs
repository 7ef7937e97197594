//! Transactions as the executor asks for them: begun in one trip, committed when the server says that it did, refused after
//! a statement that was dropped half way.

use crate::cancel::ping;
use crate::connection::MyConnection;
use crate::packet::Done;
use crate::raw_connection::{Failure, RawConnection};
use crate::warnings::{self, Errors};
use kysera_core::driver::transaction_state::{EndedBy, Operation};
use kysera_core::driver::{Isolation, TransactionOptions};
use kysera_core::error::{Error, ErrorKind, Result};

impl MyConnection {
    /// Begins a transaction, at once and not with the first statement: if its beginning failed, that statement would commit
    /// by itself.
    pub(crate) async fn begin_transaction(&mut self, options: TransactionOptions) -> Result<()> {
        self.ready().await?;
        self.state.check_begin()?;
        let (level, start) = commands(options, self.raw())?;
        self.state.start(Operation::Begin);
        let begun = self.raw().begin(level, &start).await;
        match begun {
            Ok(()) => {
                self.state.begun(options);
                Ok(())
            }
            Err(failure) => {
                let error = self.failed(failure).await;
                if !self.raw().exchange.is_broken() {
                    // The level may have been refused and the transaction begun.
                    let rolled_back = self.raw().end("rollback").await;
                    if rolled_back.is_err() {
                        self.raw().exchange.give_up();
                    }
                }
                Err(error)
            }
        }
    }

    pub(crate) async fn commit_transaction(&mut self) -> Result<()> {
        if matches!(self.state.running(), None | Some(Operation::Stream))
            && !self.raw().exchange.is_answered()
        {
            self.settle().await?;
        }
        self.check_raw()?;
        self.state.check_commit()?;
        self.state.start(Operation::Commit);
        let committed = self.raw().end("commit").await;
        match committed {
            Ok(_) => {
                self.state.over();
                if self.raw().exchange.is_in_transaction() {
                    // The session was set to begin another one each time (`completion_type`), which nobody asked for.
                    self.raw().exchange.give_up();
                }
                Ok(())
            }
            Err(failure) => Err(self.commit_failed(failure).await),
        }
    }

    async fn commit_failed(&mut self, failure: Failure) -> Error {
        let error = self.raw().told(failure);
        if self.raw().exchange.is_broken() {
            let unknown = self.state.lost_commit(error);
            self.state.over();
            return unknown;
        }
        // The server refused it; whether the transaction is still open is told by a ping.
        if let Err(lost) = ping(self.raw()).await {
            let unknown = self.state.lost_commit(lost);
            self.state.over();
            return unknown;
        }
        self.state.finish();
        if !self.raw().exchange.is_in_transaction() {
            self.state.ended(EndedBy::Database);
        }
        error
    }

    pub(crate) async fn rollback_transaction(&mut self) -> Result<()> {
        if self.state.is_idle()
            && self.raw().exchange.is_answered()
            && !self.raw().exchange.is_in_transaction()
            && !self.raw().has_level
        {
            return self.check_raw();
        }
        if self.state.running().is_some() || !self.raw().exchange.is_answered() {
            self.settle().await?;
        }
        self.check_raw()?;
        let own_end = self.state.check_own_end();
        self.state.start(Operation::Rollback);
        if self.raw().exchange.is_in_transaction() || self.raw().has_level {
            let outcome = self.raw().rollback().await;
            if let Err(failure) = outcome {
                let error = self.raw().told(failure);
                if self.raw().exchange.is_answered() && !self.raw().exchange.is_in_transaction() {
                    self.state.over();
                }
                return Err(error);
            }
            if self.raw().exchange.is_in_transaction() {
                self.raw().exchange.give_up();
            }
        }
        self.state.over();
        own_end
    }

    pub(crate) async fn set_savepoint(&mut self, name: &str) -> Result<()> {
        self.ready().await?;
        self.state.check_open()?;
        self.control(Operation::Savepoint, &format!("savepoint {}", quote(name))).await?;
        self.state.savepoint_set(name.to_owned());
        Ok(())
    }

    pub(crate) async fn release_savepoint(&mut self, name: &str) -> Result<()> {
        self.ready().await?;
        self.state.check_open()?;
        let savepoint = self.state.find_savepoint(name)?;
        self.control(Operation::Release(savepoint), &format!("release savepoint {}", quote(name))).await?;
        self.state.savepoint_released(savepoint);
        Ok(())
    }

    /// Runs an order about the transaction.
    async fn control(&mut self, operation: Operation, sql: &str) -> Result<()> {
        self.state.start(operation);
        let outcome = self.raw().command(sql).await;
        match outcome {
            Ok(_) => {
                self.done();
                Ok(())
            }
            Err(failure) => Err(self.failed(failure).await),
        }
    }

    /// Undoes also what was dropped half way since the savepoint was set.
    pub(crate) async fn rollback_to_savepoint(&mut self, name: &str) -> Result<()> {
        let savepoint = self.state.find_savepoint(name)?;
        if self.state.running().is_some() || !self.raw().exchange.is_answered() {
            self.settle().await?;
        }
        self.check_raw()?;
        self.state.check_rollback_to(savepoint)?;
        self.state.start(Operation::RollbackTo(savepoint));
        let undone = self.raw().undo_to(name).await;
        match undone {
            Ok(()) if self.raw().exchange.is_in_transaction() => {
                self.state.rolled_back_to(savepoint);
                Ok(())
            }
            Ok(()) => {
                self.state.ended(EndedBy::Statement);
                self.state.check()
            }
            Err(failure) => {
                let error = self.failed(failure).await;
                self.state.rollback_to_failed(savepoint);
                self.state.check_open().and(Err(error))
            }
        }
    }
}

impl RawConnection {
    /// Sends both orders in one trip.
    async fn begin(&mut self, level: Option<&'static str>, start: &str) -> Result<(), Failure> {
        self.close_unwanted();
        if let Some(level) = level {
            self.has_level = true;
            self.exchange.send_text(level);
        }
        self.exchange.send_text(start);
        let set = match level {
            Some(_) => self.answer().await.map(|_| ()),
            None => Ok(()),
        };
        if matches!(set, Err(Failure::Io(_))) {
            return set;
        }
        let begun = self.answer().await.map(|_| ());
        set.and(begun)
    }

    /// Rolls back, and tells what stays: the rows of tables without transactions.
    async fn rollback(&mut self) -> Result<(), Failure> {
        let done = self.end("rollback").await?;
        match done.warnings {
            0 => Ok(()),
            count => warnings::check(self, Errors::Cut, count).await,
        }
    }

    /// Ends a transaction by that order, and what was asked for it alone.
    pub(crate) async fn end(&mut self, order: &str) -> Result<Done, Failure> {
        let done = self.command(order).await?;
        self.has_level = false;
        Ok(done)
    }

    /// Rolls back to a savepoint and releases it, in one trip. Whether the rollback was done before (its future was
    /// dropped) shows: then the savepoint is gone or is still there, and both are right.
    async fn undo_to(&mut self, name: &str) -> Result<(), Failure> {
        let name = quote(name);
        self.close_unwanted();
        self.exchange.send_text(&format!("rollback to savepoint {name}"));
        self.exchange.send_text(&format!("release savepoint {name}"));
        let undone = self.answer().await.map(|_| ());
        if matches!(undone, Err(Failure::Io(_))) {
            return undone;
        }
        let released = self.answer().await.map(|_| ());
        undone.and(released)
    }
}

fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// The orders that begin a transaction.
///
/// # Errors
/// `Unsupported` for a snapshot that is to be written in, where the server would let it see what others commit meanwhile.
fn commands(options: TransactionOptions, raw: &RawConnection) -> Result<(Option<&'static str>, String)> {
    let level = match options.isolation {
        None => None,
        Some(Isolation::ReadUncommitted) => Some("set transaction isolation level read uncommitted"),
        Some(Isolation::ReadCommitted) => Some("set transaction isolation level read committed"),
        Some(Isolation::RepeatableRead | Isolation::Snapshot) => {
            Some("set transaction isolation level repeatable read")
        }
        Some(Isolation::Serializable) => Some("set transaction isolation level serializable"),
        Some(_) => return Err(Error::new(ErrorKind::Unsupported, "MySQL has no such isolation level")),
    };
    let is_snapshot = options.isolation == Some(Isolation::Snapshot);
    if is_snapshot && !options.read_only && !raw.facts.has_snapshot_isolation {
        return Err(Error::new(
            ErrorKind::Unsupported,
            "a snapshot that is written in: here an update sees what others have committed meanwhile",
        )
        .with_hint("make it read only, or use Isolation::Serializable"));
    }
    let mut start = String::from("start transaction");
    let mut separator = " ";
    if is_snapshot {
        start.push_str(" with consistent snapshot");
        separator = ", ";
    }
    if options.read_only {
        start.push_str(separator);
        start.push_str("read only");
    }
    Ok((level, start))
}
