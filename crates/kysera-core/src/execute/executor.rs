//! What a query can run on: a database handle, a transaction, or a context made of one.

use crate::db::Db;
use crate::execute::session::Session;
use std::fmt::Debug;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Something that a query runs on: [`Db`], [`Transaction`](crate::Transaction), [`Savepoint`](crate::Savepoint), or a
/// reference to one. Taken by shared reference everywhere, so `tx` in `async |tx| ..` needs no reborrow.
///
/// Implement it for a type of your own that holds one of these, such as the context of an application:
///
/// ```
/// use kysera_core::{Executor, ExecutorRef, Transaction};
///
/// /// A request inside a transaction.
/// struct Request<'t> {
///     tx: &'t Transaction,
///     user: i64,
/// }
///
/// impl Executor for Request<'_> {
///     fn executor(&self) -> ExecutorRef<'_> {
///         self.tx.executor()
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a query cannot run on `{Self}`",
    note = "pass a reference to a database handle (`&db`), a transaction (`tx`) or a context"
)]
pub trait Executor: Sync {
    /// The database or transaction that it holds.
    fn executor(&self) -> ExecutorRef<'_>;
}

/// Where a query runs: a database handle, and inside a transaction its connection. Opaque; it is passed on.
#[derive(Clone, Copy, Debug)]
pub struct ExecutorRef<'e> {
    pub(crate) db: &'e Db,
    pub(crate) session: Option<&'e Mutex<Session>>,
}

impl<'e> ExecutorRef<'e> {
    /// The same connection, under the plugins and values of another handle: of one that [`Db::with`] made.
    #[must_use = "returns the changed reference"]
    pub fn with_db(self, db: &'e Db) -> ExecutorRef<'e> {
        ExecutorRef { db, ..self }
    }

    /// The handle that the query runs on.
    pub fn db(self) -> &'e Db {
        self.db
    }
}

impl Executor for Db {
    fn executor(&self) -> ExecutorRef<'_> {
        ExecutorRef { db: self, session: None }
    }
}

impl<E: Executor> Executor for &E {
    fn executor(&self) -> ExecutorRef<'_> {
        E::executor(self)
    }
}

impl<E: Executor> Executor for &mut E {
    fn executor(&self) -> ExecutorRef<'_> {
        E::executor(self)
    }
}

impl<E: Executor + Send> Executor for Arc<E> {
    fn executor(&self) -> ExecutorRef<'_> {
        E::executor(self)
    }
}
