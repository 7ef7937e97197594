//! What a query can run on: a database handle, a transaction, or a context made of one.

use crate::db::Db;
use crate::execute::session::Session;
use std::fmt::Debug;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Something that a query runs on: [`Db`], [`Transaction`](crate::Transaction), [`Savepoint`](crate::Savepoint), or a
/// reference to one. Taken by shared reference everywhere, so `tx` in `async |tx| ..` needs no reborrow. Sealed.
#[diagnostic::on_unimplemented(
    message = "a query cannot run on `{Self}`",
    note = "pass a reference to a database handle (`&db`), a transaction (`tx`) or a context"
)]
pub trait Executor: sealed::Sealed + Sync {
    #[doc(hidden)]
    fn executor(&self) -> ExecutorRef<'_>;
}

/// Where a query runs: a database, and the session of its transaction inside one.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ExecutorRef<'e> {
    pub(crate) db: &'e Db,
    pub(crate) session: Option<&'e Mutex<Session>>,
}

impl<'e> ExecutorRef<'e> {
    /// The same session, seen by the plugins of another handle.
    #[doc(hidden)]
    #[must_use]
    pub fn with_db(self, db: &'e Db) -> ExecutorRef<'e> {
        ExecutorRef { db, ..self }
    }

    /// The handle that the query runs on.
    #[doc(hidden)]
    pub fn db(self) -> &'e Db {
        self.db
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

/// Keeps [`Executor`] closed; the `kysera` crate opens it for its context.
#[doc(hidden)]
pub mod sealed {
    /// Keeps a trait closed.
    pub trait Sealed {}
    impl<S: Sealed> Sealed for &S {}
    impl<S: Sealed> Sealed for &mut S {}
    impl<S: Sealed> Sealed for std::sync::Arc<S> {}
}
