//! One connection inside a transaction: what may run on it, and what has to be undone first.
//!
//! Every operation is noted before its first `await` and struck out after its last: one that is found by the next caller
//! was dropped half way. No guard object, no `Drop`. The rules are those of
//! [`TransactionState`], which drivers keep too; here is what only the executor knows: savepoints that were left, and
//! statements that plugins intercept.

use crate::driver::transaction_state::{Operation, TransactionState, with_rollback};
use crate::driver::{Attempt, Connection, Ran, RowStream, TransactionOptions};
use crate::error::{Error, ErrorKind, Result};
use kysera_sql::compiled::Compiled;
use kysera_sql::row::RowSink;
use std::any::{Any, TypeId};
use std::borrow::Cow;

/// A connection in a transaction.
#[derive(Debug)]
pub(crate) struct Session {
    connection: Box<dyn Connection>,
    state: TransactionState,
    /// What plugins keep for the length of the transaction, by type.
    values: Vec<(TypeId, Box<dyn Any + Send>)>,
    /// The outermost savepoint that was left without release or rollback. It is undone before anything else runs.
    left: Option<usize>,
    /// A statement that plugins intercept is under way; for anybody outside of it, one that was dropped.
    is_intercepted: bool,
}

impl Session {
    /// A session on a connection whose transaction has begun.
    pub(crate) fn new(connection: Box<dyn Connection>) -> Session {
        let mut state = TransactionState::default();
        state.begun(TransactionOptions::default());
        Session { connection, state, values: Vec::new(), left: None, is_intercepted: false }
    }

    /// Runs at once if the driver can.
    pub(crate) fn try_run(&mut self, statement: &Compiled, sink: &mut dyn RowSink) -> Attempt {
        if self.left.is_some() || self.is_intercepted || self.state.running().is_some() {
            return Attempt::WouldBlock;
        }
        if let Err(error) = self.state.check() {
            return Attempt::Done(Err(error));
        }
        // A panic in the sink leaves the connection in the middle of a statement, as a dropped future does.
        self.state.start(Operation::Statement);
        let attempt = self.connection.try_run(statement, sink);
        self.state.finish();
        attempt
    }

    /// Runs a statement.
    pub(crate) async fn run(&mut self, statement: Compiled, sink: Box<dyn RowSink>) -> Ran {
        let ran = self.enter().await?.run(statement, sink).await;
        self.leave();
        ran
    }

    /// Starts a statement whose rows are taken in batches, until [`leave`](Session::leave). One that `may_stop_early`
    /// may be dropped meanwhile.
    pub(crate) async fn stream(
        &mut self,
        statement: Compiled,
        may_stop_early: bool,
    ) -> Result<Box<dyn RowStream + '_>> {
        self.enter().await?;
        let Session { connection, state, .. } = self;
        let started = connection.stream(statement).await;
        if may_stop_early || started.is_err() {
            state.finish();
        }
        started
    }

    /// The connection, for a statement until [`leave`](Session::leave).
    pub(crate) async fn enter(&mut self) -> Result<&mut dyn Connection> {
        self.ready().await?;
        self.state.start(Operation::Statement);
        Ok(&mut *self.connection)
    }

    /// The statement has ended.
    pub(crate) fn leave(&mut self) {
        self.state.finish();
    }

    /// A statement that plugins intercept begins. Its parts run by [`run_part`](Session::run_part), until
    /// [`leave_interception`](Session::leave_interception).
    pub(crate) async fn enter_interception(&mut self) -> Result<()> {
        self.ready().await?;
        self.is_intercepted = true;
        Ok(())
    }

    /// The statement that plugins intercept has ended. When only a part of it was done, nothing else runs before that is
    /// undone.
    pub(crate) fn leave_interception(&mut self, is_half_done: bool) {
        self.is_intercepted = false;
        if is_half_done {
            self.state.half_done();
        }
    }

    /// Runs the statement that plugins intercept, or one of theirs beside it.
    pub(crate) async fn run_part(&mut self, statement: Compiled, sink: Box<dyn RowSink>) -> Ran {
        // A plugin that drops the future of one part and goes on with another.
        self.state.settle(true);
        self.state.check()?;
        self.state.start(Operation::Statement);
        let ran = self.connection.run(statement, sink).await;
        self.state.finish();
        ran
    }

    /// The value of a type that a plugin keeps for the length of the transaction.
    pub(crate) fn value(&mut self, ty: TypeId, new: fn() -> Box<dyn Any + Send>) -> &mut (dyn Any + Send) {
        let at = self.values.iter().position(|(known, _)| *known == ty).unwrap_or_else(|| {
            self.values.push((ty, new()));
            self.values.len() - 1
        });
        &mut *self.values[at].1
    }

    /// Sets a savepoint and returns which.
    pub(crate) async fn set_savepoint(&mut self) -> Result<usize> {
        self.ready().await?;
        let savepoint = self.state.savepoints();
        let name = name_of(savepoint);
        self.state.start(Operation::Savepoint);
        let set = self.connection.savepoint(&name).await;
        self.state.finish();
        set?;
        self.state.savepoint_set(name);
        Ok(savepoint)
    }

    /// Releases the innermost savepoint that was not left.
    pub(crate) async fn release(&mut self, savepoint: usize) -> Result<()> {
        self.ready().await?;
        self.state.start(Operation::Release(savepoint));
        let released = self.connection.release(&name_of(savepoint)).await;
        self.state.finish();
        released?;
        self.state.savepoint_released(savepoint);
        Ok(())
    }

    /// Rolls back to a savepoint and releases it, and those inside it. Undoes also what was dropped or half done since.
    pub(crate) async fn rollback_to(&mut self, savepoint: usize) -> Result<()> {
        self.notice_dropped();
        self.state.check_rollback_to(savepoint)?;
        self.state.start(Operation::RollbackTo(savepoint));
        let undone = self.connection.rollback_to(&name_of(savepoint)).await;
        match &undone {
            Ok(()) => {
                self.state.rolled_back_to(savepoint);
                self.left = self.left.filter(|&left| left < savepoint);
            }
            Err(_) => self.state.rollback_to_failed(savepoint),
        }
        undone
    }

    /// Remembers that a savepoint was dropped, so that it is undone before anything else runs.
    pub(crate) fn leave_savepoint(&mut self, savepoint: usize) {
        self.left = Some(self.left.map_or(savepoint, |left| left.min(savepoint)));
    }

    /// Commits, or rolls back where that is all that can be done. The connection goes back to its pool.
    pub(crate) async fn commit(mut self) -> Result<()> {
        if let Err(error) = self.ready().await {
            return Err(with_rollback(error, self.connection.rollback().await));
        }
        let Err(error) = self.connection.commit().await else { return Ok(()) };
        use ErrorKind::{CommitUnknown, ConnectionClosed, RolledBack};
        if matches!(error.kind(), RolledBack | CommitUnknown | ConnectionClosed) {
            return Err(error);
        }
        // A deferred constraint or a busy database leaves the transaction open on some databases.
        Err(with_rollback(error, self.connection.rollback().await))
    }

    /// Rolls back. The connection goes back to its pool.
    pub(crate) async fn rollback(mut self) -> Result<()> {
        self.connection.rollback().await
    }

    /// Undoes the savepoint that was left, if one was, and refuses when the transaction cannot go on.
    async fn ready(&mut self) -> Result<()> {
        self.notice_dropped();
        if let Some(savepoint) = self.left {
            self.rollback_to(savepoint).await.map_err(not_undone)?;
        }
        self.state.check()
    }

    /// Sees what a dropped future left. What the database made of it, the driver says.
    fn notice_dropped(&mut self) {
        if std::mem::take(&mut self.is_intercepted) {
            self.state.start(Operation::Statement);
        }
        self.state.settle(true);
    }
}

/// The error of a statement that did not run, because a savepoint that was left before it could not be undone.
#[cold]
fn not_undone(error: Error) -> Error {
    use ErrorKind::{ConnectionClosed, TransactionAborted};
    if matches!(error.kind(), ConnectionClosed | TransactionAborted) {
        return error;
    }
    let message =
        "a savepoint that was left could not be rolled back to, so the transaction can only roll back";
    Error::new(TransactionAborted, message).with_source(error)
}

/// The name of a savepoint, counted from 0: `kysera_1`, `kysera_2`, ..
fn name_of(savepoint: usize) -> Cow<'static, str> {
    match savepoint {
        0 => "kysera_1".into(),
        1 => "kysera_2".into(),
        deeper => format!("kysera_{}", deeper + 1).into(),
    }
}
