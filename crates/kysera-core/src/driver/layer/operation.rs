//! What a layer is told: the operation that is about to happen, and how it ended.
//!
//! Plain values that borrow from the call; nothing here runs anything.

use crate::driver::{ExecResult, TransactionOptions};
use crate::error::Error;
use kysera_sql::compiled::{Access, Compiled};
use std::fmt;
use std::time::Duration;

/// One thing that a driver is asked to do.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Operation<'a> {
    /// What is to be done.
    pub kind: OperationKind<'a>,
    /// The statement, where there is one: of [`Run`](OperationKind::Run), [`Stream`](OperationKind::Stream) and
    /// [`Pipelined`](OperationKind::Pipelined), and of an [`Acquire`](OperationKind::Acquire) for one statement.
    ///
    /// Its values are there at the start. At the end `params` may be empty, because the driver took them.
    pub statement: Option<&'a Compiled>,
    /// How long its caller waited for the connection: of the first operation on a connection.
    pub pool_wait: Option<Duration>,
    /// The database by its name in OpenTelemetry: `postgresql`, `sqlite`, `mysql`, ..
    pub system: &'static str,
}

/// What is to be done.
///
/// A layer that means "whatever comes" has an arm for `_`: a later version may add to the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OperationKind<'a> {
    /// Take a connection from the pool.
    Acquire(Access),
    /// Run a statement and hand over all its rows.
    Run,
    /// Run a statement whose rows are taken in batches. It ends when the last row was taken or the stream is dropped.
    Stream,
    /// Run a statement that is sent together with others. All of them start before the first one ends.
    Pipelined {
        /// Its position in the pipeline, from 0.
        index: usize,
        /// How many statements the pipeline has.
        size: usize,
    },
    /// Run a script of several statements. Its text may hold literals of any kind.
    Script(&'a str),
    /// Begin a transaction.
    Begin(TransactionOptions),
    /// Commit.
    Commit,
    /// Roll back. Cannot be refused.
    Rollback,
    /// Set a savepoint.
    Savepoint(&'a str),
    /// Release a savepoint.
    Release(&'a str),
    /// Roll back to a savepoint.
    RollbackTo(&'a str),
    /// Give a connection back: it was dropped. Cannot be refused, and has no duration: a pool cleans behind it.
    Return {
        /// True when a transaction was neither committed nor rolled back. The driver rolls it back.
        in_transaction: bool,
    },
    /// Close the database. Cannot be refused.
    Close,
}

impl OperationKind<'_> {
    /// Its name in lower case, for logs and metrics: `run`, `begin`, `rollback to`.
    pub fn name(self) -> &'static str {
        match self {
            OperationKind::Acquire(_) => "acquire",
            OperationKind::Run => "run",
            OperationKind::Stream => "stream",
            OperationKind::Pipelined { .. } => "pipeline",
            OperationKind::Script(_) => "script",
            OperationKind::Begin(_) => "begin",
            OperationKind::Commit => "commit",
            OperationKind::Rollback => "rollback",
            OperationKind::Savepoint(_) => "savepoint",
            OperationKind::Release(_) => "release",
            OperationKind::RollbackTo(_) => "rollback to",
            OperationKind::Return { .. } => "return",
            OperationKind::Close => "close",
        }
    }

    /// False for what gives something back: it happens whatever a layer says.
    pub(super) fn may_be_refused(self) -> bool {
        !matches!(self, OperationKind::Rollback | OperationKind::Return { .. } | OperationKind::Close)
    }
}

/// How an operation ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Outcome<'a> {
    /// It was done. All counts are 0 for what is no statement.
    Done(ExecResult),
    /// A stream was dropped before its end, which is no error: what it had given by then.
    Stopped(ExecResult),
    /// It failed. The failure of a check that a plugin put into the statement is `Refused` or `HiddenConflict`, as for the
    /// caller, where the database repeats which it was (PostgreSQL, SQLite).
    Failed(&'a Error),
    /// Its future was dropped before it finished, or it panicked: it may or may not have been done.
    Dropped,
    /// It was tried at once and not run. The same statement starts again when there is a connection for it.
    WouldBlock,
}

impl<'a> Outcome<'a> {
    /// The error, when it failed.
    pub fn error(&self) -> Option<&'a Error> {
        match self {
            Outcome::Failed(error) => Some(error),
            _ => None,
        }
    }

    /// What the statement did, as far as it is known.
    pub fn result(&self) -> Option<ExecResult> {
        match self {
            Outcome::Done(result) | Outcome::Stopped(result) => Some(*result),
            _ => None,
        }
    }
}

// Values do not belong into a log.
impl fmt::Debug for Operation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation")
            .field("kind", &self.kind.name())
            .field("sql", &self.statement.map(|statement| &statement.sql))
            .field("pool_wait", &self.pool_wait)
            .field("system", &self.system)
            .finish()
    }
}
