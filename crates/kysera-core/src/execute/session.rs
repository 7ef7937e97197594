//! One connection inside a transaction, and what is known of its state.
//!
//! Every operation marks the session as running before its first `await` and as open after its last: a session found
//! running by the next caller is one whose future was dropped half way. No guard object, no `Drop`.

use crate::driver::{Attempt, Connection, Ran, RowStream};
use crate::error::{Error, ErrorKind, Result};
use kysera_sql::compiled::Compiled;
use kysera_sql::row::RowSink;
use std::any::{Any, TypeId};
use std::borrow::Cow;

/// A connection in a transaction.
#[derive(Debug)]
pub(crate) struct Session {
    connection: Box<dyn Connection>,
    state: State,
    /// What plugins keep for the length of the transaction, by type.
    values: Vec<(TypeId, Box<dyn Any + Send>)>,
    /// The savepoint, by depth, that was left without release or rollback and must be undone first.
    left_behind: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// An operation is under way; for anyone who sees it, one that was dropped.
    Running,
    /// A plugin failed after its statement had run.
    HalfDone,
}

impl Session {
    /// A session on a connection whose transaction has begun.
    pub(crate) fn new(connection: Box<dyn Connection>) -> Session {
        Session { connection, state: State::Open, values: Vec::new(), left_behind: None }
    }

    /// Runs at once if the driver can.
    pub(crate) fn try_run(&mut self, statement: &Compiled, sink: &mut dyn RowSink) -> Attempt {
        if let Err(error) = self.check() {
            return Attempt::Done(Err(error));
        }
        if self.left_behind.is_some() {
            return Attempt::WouldBlock;
        }
        // A panic in the sink leaves the connection in the middle of a statement, as a dropped future does.
        self.state = State::Running;
        let attempt = self.connection.try_run(statement, sink);
        self.state = State::Open;
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
            *state = State::Open;
        }
        started
    }

    /// The connection, marked as running until [`leave`](Session::leave).
    pub(crate) async fn enter(&mut self) -> Result<&mut dyn Connection> {
        self.check()?;
        self.state = State::Running;
        if let Some(depth) = self.left_behind {
            let undone = self.connection.rollback_to(&savepoint_name(depth)).await;
            if undone.is_err() {
                self.state = State::Open;
            }
            undone?;
            self.left_behind = None;
        }
        Ok(&mut *self.connection)
    }

    /// Marks the operation as finished.
    pub(crate) fn leave(&mut self) {
        self.state = State::Open;
    }

    /// Lets nothing but a rollback happen any more: a statement has run without what belongs to it.
    pub(crate) fn give_up(&mut self) {
        self.state = State::HalfDone;
    }

    /// The value of a type that a plugin keeps for the length of the transaction.
    pub(crate) fn value(&mut self, ty: TypeId, new: fn() -> Box<dyn Any + Send>) -> &mut (dyn Any + Send) {
        let at = self.values.iter().position(|(known, _)| *known == ty).unwrap_or_else(|| {
            self.values.push((ty, new()));
            self.values.len() - 1
        });
        &mut *self.values[at].1
    }

    /// Remembers that the savepoint at `depth` was dropped, so that it is undone before anything else runs.
    pub(crate) fn leave_behind(&mut self, depth: usize) {
        self.left_behind = Some(self.left_behind.map_or(depth, |earlier| earlier.min(depth)));
    }

    /// Commits, or rolls back where that is all that can be done. The connection goes back to its pool.
    pub(crate) async fn commit(mut self) -> Result<()> {
        if let Err(error) = self.check() {
            return Err(with_rollback(error, self.connection.rollback().await));
        }
        let connection = self.enter().await?;
        let Err(error) = connection.commit().await else { return Ok(()) };
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

    fn check(&self) -> Result<()> {
        match self.state {
            State::Open => Ok(()),
            State::Running => Err(interrupted()),
            State::HalfDone => Err(half_done()),
        }
    }
}

/// The name of the savepoint at `depth`, counted from 1.
pub(crate) fn savepoint_name(depth: usize) -> Cow<'static, str> {
    match depth {
        1 => "kysera_1".into(),
        2 => "kysera_2".into(),
        deeper => format!("kysera_{deeper}").into(),
    }
}

/// The error, and beside it that of the rollback when this failed too.
pub(crate) fn with_rollback(error: Error, rollback: Result<()>) -> Error {
    match rollback {
        Ok(()) => error,
        Err(rollback) => error.with_rollback(rollback),
    }
}

#[cold]
fn interrupted() -> Error {
    Error::new(
        ErrorKind::TransactionAborted,
        "a statement of this transaction was dropped before it finished, so the transaction can only roll back",
    )
    .with_hint("put a time limit intercepted the whole transaction, not intercepted one statement of it")
}

#[cold]
fn half_done() -> Error {
    Error::new(
        ErrorKind::TransactionAborted,
        "a plugin failed after its statement had run, so the transaction can only roll back",
    )
}
