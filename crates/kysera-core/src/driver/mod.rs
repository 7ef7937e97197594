//! What a database driver must do. Small, object-safe, and never sees the tree.
//!
//! A driver owns its pool. Everything here must be safe to drop at any `await`: a connection is then rolled back and
//! checked, or closed, before anyone else gets it.

pub mod transaction_state;

use crate::error::{Error, ErrorKind, Result};
use kysera_sql::compiled::{Access, Compiled};
use kysera_sql::dialect::Dialect;
use kysera_sql::row::RowSink;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

/// A boxed future that can move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A database: a pool of connections and the dialect they speak.
pub trait Driver: Debug + Send + Sync + 'static {
    /// How to write SQL for it, and what it can do.
    fn dialect(&self) -> &dyn Dialect;

    /// Runs a statement at once on the calling task if that takes no wait: a short statement on an embedded
    /// database with a free connection. `WouldBlock` promises that nothing was run and the sink is empty.
    fn try_run(&self, statement: &Compiled, sink: &mut dyn RowSink) -> Attempt {
        let _ = (statement, sink);
        Attempt::WouldBlock
    }

    /// Which connections may run a statement. Raw SQL counts as a write, unless a driver can tell that it only reads.
    fn access(&self, statement: &Compiled) -> Access {
        statement.kind.access()
    }

    /// A connection of one's own until it is dropped.
    ///
    /// # Errors
    /// `PoolTimeout` when none becomes free in time: never wait for ever, since the caller may hold what it waits for.
    /// When the server cannot be reached or refuses the login.
    fn acquire(&self, access: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>>;

    /// Runs a statement on any connection that may, as [`acquire`](Driver::acquire) and [`Connection::run`] do. For
    /// drivers that can do so with fewer boxes.
    ///
    /// # Errors
    /// Those of both.
    fn run(&self, statement: Compiled, sink: Box<dyn RowSink>) -> BoxFuture<'_, Ran> {
        Box::pin(async move {
            let mut connection = self.acquire(self.access(&statement)).await?;
            connection.run(statement, sink).await
        })
    }

    /// True when whoever holds a connection for `held` keeps everybody from getting one for `wanted`: always, for a
    /// database with one connection; `Write` against `Write`, for one writer behind a queue. The executor then refuses
    /// at once (`SelfDeadlock`) what would wait for its own caller: the database used inside its own transaction.
    fn excludes(&self, held: Access, wanted: Access) -> bool {
        let _ = (held, wanted);
        false
    }

    /// Closes every connection; later calls fail. Connections in use are closed when they come back.
    fn close(&self) -> BoxFuture<'_, ()>;
}

impl<D: Driver + ?Sized> Driver for Box<D> {
    fn dialect(&self) -> &dyn Dialect {
        D::dialect(self)
    }

    fn try_run(&self, statement: &Compiled, sink: &mut dyn RowSink) -> Attempt {
        D::try_run(self, statement, sink)
    }

    fn access(&self, statement: &Compiled) -> Access {
        D::access(self, statement)
    }

    fn acquire(&self, access: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        D::acquire(self, access)
    }

    fn run(&self, statement: Compiled, sink: Box<dyn RowSink>) -> BoxFuture<'_, Ran> {
        D::run(self, statement, sink)
    }

    fn excludes(&self, held: Access, wanted: Access) -> bool {
        D::excludes(self, held, wanted)
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        D::close(self)
    }
}

/// What came of an attempt to run at once.
#[derive(Debug)]
pub enum Attempt {
    /// It ran.
    Done(Result<ExecResult>),
    /// It did not: use the asynchronous way.
    WouldBlock,
}

/// What a statement did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExecResult {
    /// Rows inserted, updated or deleted.
    pub rows_affected: u64,
    /// The key that the database made for the last row inserted, where it says so without `returning`.
    pub last_insert_id: Option<i64>,
}

/// The result of a statement that ran: what it did, and the sink with its rows.
pub type Ran = Result<(ExecResult, Box<dyn RowSink>)>;

/// One connection, used by one task at a time.
///
/// What the executor promises: at most one operation runs at a time. After a future of this trait was dropped before
/// it finished, it does one of three things: it drops the connection; it calls [`rollback`](Connection::rollback); or,
/// inside a transaction, it calls [`rollback_to`](Connection::rollback_to) a savepoint that was set before that
/// operation, or that the operation itself was to release or to roll back to. If that fails, it goes on with a savepoint
/// further out, or with `rollback`. (A [stream](Connection::stream) of a read may be dropped at any time.)
///
/// What a driver promises:
/// * A connection dropped inside a transaction is rolled back before anyone else gets it.
/// * After a dropped future, `rollback` and `rollback_to` first wait for what is still running, or cancel it. When they
///   return `Ok`, nothing of it is left, and the connection, or the transaction, goes on as before it.
/// * Anything else after a dropped future inside a transaction fails with `TransactionAborted`.
/// * Where the database ended a transaction by itself (a deadlock, an interrupted write), everything but `rollback`
///   fails with `TransactionAborted`, `rollback_to` too: nothing ever runs outside the transaction that its caller
///   believes in.
///
/// [`TransactionState`](transaction_state::TransactionState) keeps these rules, and has the errors.
pub trait Connection: Debug + Send {
    /// As [`Driver::try_run`], on this connection.
    fn try_run(&mut self, statement: &Compiled, sink: &mut dyn RowSink) -> Attempt {
        let _ = (statement, sink);
        Attempt::WouldBlock
    }

    /// Runs a statement, handing each row to the sink. The sink comes back with the rows; it may have moved to
    /// another thread and may have been cleared and filled again.
    ///
    /// # Errors
    /// The database's error, or the sink's.
    fn run(&mut self, statement: Compiled, sink: Box<dyn RowSink>) -> BoxFuture<'_, Ran>;

    /// Starts a statement whose rows are taken in batches.
    ///
    /// A stream of a [`StatementKind::Read`](kysera_sql::compiled::StatementKind::Read) may be dropped before its end, inside a
    /// transaction too: the driver passes over or cancels the rest before the next statement, which either works or
    /// fails with `TransactionAborted`.
    ///
    /// # Errors
    /// When the statement cannot be started.
    fn stream(&mut self, statement: Compiled) -> BoxFuture<'_, Result<Box<dyn RowStream + '_>>>;

    /// Runs statements in order, in as few round trips as the database allows. One result for each. Those after the
    /// first error fail with `RolledBack`: inside a transaction always, outside one where the driver does not go on.
    fn pipeline(&mut self, batch: Vec<(Compiled, Box<dyn RowSink>)>) -> BoxFuture<'_, Vec<Ran>> {
        Box::pin(async move {
            let mut results: Vec<Ran> = Vec::with_capacity(batch.len());
            for (statement, sink) in batch {
                let failed = results.last().is_some_and(Result::is_err);
                results.push(if failed { Err(not_reached()) } else { self.run(statement, sink).await });
            }
            results
        })
    }

    /// Runs a script of several statements without parameters, such as a migration.
    ///
    /// # Errors
    /// The first statement's error.
    fn run_script<'c>(&'c mut self, sql: &'c str) -> BoxFuture<'c, Result<()>>;

    /// Begins a transaction. A driver may send this together with the first statement.
    ///
    /// # Errors
    /// When an option is not supported, or the connection is lost.
    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>>;

    /// Commits. When it fails in any other way than the two below, the executor calls `rollback`.
    ///
    /// # Errors
    /// `RolledBack` when the database rolled back instead; `CommitUnknown` when the answer was lost.
    fn commit(&mut self) -> BoxFuture<'_, Result<()>>;

    /// Rolls back. Does nothing when the database has already ended the transaction. May follow a dropped future.
    ///
    /// # Errors
    /// When the connection is lost; the server then rolls back by itself.
    fn rollback(&mut self) -> BoxFuture<'_, Result<()>>;

    /// Sets a savepoint. Names are made by the executor: `kysera_1`, `kysera_2`, ...
    ///
    /// # Errors
    /// When the transaction has failed or the connection is lost.
    fn savepoint<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>>;

    /// Releases a savepoint.
    ///
    /// # Errors
    /// When the transaction has failed or the connection is lost.
    fn release<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>>;

    /// Rolls back to a savepoint and releases it, with those inside it. May follow a dropped future, also one of its own.
    ///
    /// # Errors
    /// When the connection is lost, or the savepoint no longer exists; `TransactionAborted` when the database has ended
    /// the transaction.
    fn rollback_to<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>>;
}

#[cold]
fn not_reached() -> Error {
    Error::new(ErrorKind::RolledBack, "an earlier statement of the pipeline failed")
}

/// The rows of a running statement, in batches. Borrows its connection.
pub trait RowStream: Send {
    /// Fills the sink with the next rows and hands it back, with `true` while more may come.
    ///
    /// # Errors
    /// The database's error, or the sink's.
    fn fill(&mut self, sink: Box<dyn RowSink>) -> BoxFuture<'_, Result<(Box<dyn RowSink>, bool)>>;
}

/// How a transaction begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransactionOptions {
    /// The isolation level; the database's default when `None`.
    pub isolation: Option<Isolation>,
    /// True for a transaction that may not write.
    pub read_only: bool,
}

/// Isolation levels of the SQL standard, and the snapshot. A driver gives at least what is asked for, or refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Isolation {
    /// `read uncommitted`
    ReadUncommitted,
    /// `read committed`
    ReadCommitted,
    /// `repeatable read`
    RepeatableRead,
    /// Every statement sees the same state: PostgreSQL's and MySQL's `repeatable read`, SQL Server's `snapshot`, any
    /// transaction of SQLite. With `read_only` it is what `db.read(..)` asks for.
    Snapshot,
    /// `serializable`
    Serializable,
}

impl TransactionOptions {
    /// A read-only transaction in which every statement sees the same state.
    pub fn snapshot() -> TransactionOptions {
        TransactionOptions { isolation: Some(Isolation::Snapshot), read_only: true }
    }

    /// With an isolation level.
    #[must_use = "returns the options"]
    pub fn isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = Some(isolation);
        self
    }

    /// As a transaction that may not write.
    #[must_use = "returns the options"]
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }
}
