//! The contract between Kysera and a database: what an author of a driver writes, and what an author of a driver may
//! rely on.
//!
//! A driver is a type that implements [`Driver`] and hands out [`Connection`]s; both are object-safe, and see SQL text
//! and values, never a query's tree. A driver owns its pool. To observe or refuse what passes to a driver, write a
//! [layer](layer::DriverLayer) instead of a driver.
//!
//! # What to write
//!
//! Required are [`Driver::dialect`], [`acquire`](Driver::acquire) and [`close`](Driver::close), and of a connection
//! everything but [`try_run`](Connection::try_run) and [`pipeline`](Connection::pipeline). What is provided is correct
//! for every database and exists to be made faster: `try_run` where a statement can run without a wait,
//! [`Driver::run`] where one box less can be had, `pipeline` where the protocol can send several statements at once.
//! Where waiting for one connection can depend on another, [`Driver::excludes`] has to say so.
//!
//! # Who promises what
//!
//! *The executor promises:*
//! * At most one operation runs on a connection at a time.
//! * After a future of a connection was dropped before it finished, it does one of three things: it drops the
//!   connection; it calls [`rollback`](Connection::rollback); or, inside a transaction, it calls
//!   [`rollback_to`](Connection::rollback_to) a savepoint that was set before that operation, or that the operation
//!   itself was to release or to roll back to. If that fails, it goes on with a savepoint further out, or with
//!   `rollback`. A stream of a read that was dropped is no such future: the connection goes on.
//! * Savepoints are nested, and are named `kysera_1`, `kysera_2`, .. by their depth.
//! * A sink that it gave is given back to it, and is not asked for rows meanwhile.
//!
//! *A driver promises:*
//! * **No state leaks.** A connection that is dropped in any state is cleaned or closed before anyone else gets it: it
//!   has no open transaction, no running statement, no rows left to read.
//! * **No wait without an end.** `acquire` fails with `PoolTimeout` after a time that the user can set.
//! * **A transaction is what its caller believes.** Where the database ended it by itself (a deadlock, an interrupted
//!   write), everything but `rollback` fails with `TransactionAborted`, `rollback_to` too; nothing runs outside of it.
//! * **Nothing is left of what was dropped.** After a dropped future, `rollback` and `rollback_to` first wait for what
//!   is still running, or cancel it. When they return `Ok`, the connection, or the transaction, goes on as before it.
//!   Anything else inside the transaction fails with `TransactionAborted`.
//!   [`TransactionState`](transaction_state::TransactionState) keeps these rules for a driver, and has the errors.
//! * **The same sink comes back.** It may move to another thread. A driver that starts a statement again calls
//!   [`clear`](RowSink::clear) first. After [`Flow::Stop`](kysera_sql::row::Flow::Stop) it gives no further row, but runs
//!   a write to its end.
//! * **Raw SQL has names.** Before the first row of a [`Raw`](kysera_sql::compiled::StatementKind::Raw) statement it tells the sink the
//!   [names of the columns](RowSink::columns), once: structs are read by them, and refused without.
//! * **An error of a sink** fails its statement and not its connection.
//! * **No panic**, and no long block of the calling thread, whatever the statement.
//!
//! # What may be dropped when
//!
//! Every future and every stream, at any `await`.
//!
//! | dropped | what has to be true afterwards |
//! |---|---|
//! | the future of `acquire` | no connection is lost, and nobody behind it in the queue waits longer |
//! | the future of a statement | it may or may not have run; inside a transaction only `rollback` or `rollback_to` follows |
//! | a stream of a read | the next statement works, or fails with `TransactionAborted` |
//! | a stream of a write | as the future of a statement |
//! | the future of `begin` | no transaction is open when the connection comes to someone else |
//! | the future of `commit` | all of the transaction happened, or nothing |
//! | a connection | it is rolled back, cleaned or closed, off the path of whoever dropped it |
//!
//! # How errors map to kinds
//!
//! In one function per driver, by the database's code and never by the text of a message where there is a code. The code
//! itself goes to [`Error::with_code`], the client's error to [`Error::with_source`], names to
//! [`with_table`](Error::with_table), [`with_columns`](Error::with_columns) and
//! [`with_constraint`](Error::with_constraint). **No bound value and no password** may reach the text of an error, nor
//! `Debug` of it or of its sources: many databases put values into messages.
//!
//! | what happened | kind | why it matters |
//! |---|---|---|
//! | a constraint refused a change | `UniqueViolation`, `ForeignKeyViolation`, `NotNullViolation`, `CheckViolation`, `ExclusionViolation` | programs answer these |
//! | a value does not fit its type or column | `InvalidValue` | the caller's input is wrong |
//! | another transaction won | `SerializationFailure`, `Deadlock`, `LockNotAvailable`, `SchemaChanged` | `retry_on_conflict` runs the transaction again |
//! | the transaction is broken | `TransactionAborted` | only a rollback helps |
//! | a commit was asked for and refused | `RolledBack` | nothing happened |
//! | a commit's answer was lost | `CommitUnknown` | it must not be run again blindly |
//! | the server cannot be reached, or the login fails | `ConnectionFailed`, `AuthenticationFailed`, `DatabaseNotFound`, `Tls` | nothing was sent |
//! | an open connection was lost | `ConnectionClosed` | the statement may have run |
//! | no connection became free | `PoolTimeout` | nothing was sent |
//! | a write where only reads may happen | `ReadOnly` | |
//! | a statement was cancelled, or took too long | `Canceled` | |
//! | a name that is not there | `Undefined` | |
//! | the statement cannot be parsed | `Syntax` | |
//! | the database cannot do it | `Unsupported` | |
//! | a full disk, a damaged file | `Storage` | |
//! | anything else | `Database` | the code says more |
//!
//! A kind that is merely close is worse than `Database`: the transient ones are run again, and `CommitUnknown` is not.
//!
//! # How to prove it
//!
//! `kysera_testing::conformance!` makes a test of each of these promises, for any driver. Write beside it what only
//! your database has: its codes, its types, its ways to lose a connection.

pub mod layer;
mod options;
pub(crate) mod raised;
mod result;
pub mod transaction_state;

pub use options::{Isolation, TransactionOptions};
pub use result::{Attempt, ExecResult, Ran};

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

    /// True when nobody gets a connection for `wanted` while somebody holds one for `held`: always, for a
    /// database with one connection; `Write` against `Write`, for one writer behind a queue. The executor then refuses
    /// at once (`SelfDeadlock`) what would wait for its own caller: the database used inside its own transaction.
    fn excludes(&self, held: Access, wanted: Access) -> bool {
        let _ = (held, wanted);
        false
    }

    /// Closes every connection; later calls fail. Connections in use are closed when they come back.
    fn close(&self) -> BoxFuture<'_, ()>;
}

#[deny(clippy::missing_trait_methods, reason = "a boxed driver does what the driver inside does")]
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

/// One connection, used by one task at a time. Dropping it gives it back.
///
/// What the executor and a driver promise each other is in the [chapter on drivers](self#who-promises-what).
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
