//! A transaction: a connection that is held from begin to commit, savepoints inside, and what to do afterwards.

use crate::db::Db;
use crate::driver::transaction_state::with_rollback;
use crate::driver::{BoxFuture, Connection};
use crate::error::Result;
use crate::execute::executor::{Executor, ExecutorRef};
use crate::execute::pipeline::Pipeline;
use crate::execute::session::Session;
use crate::execute::stream::{StreamRef, StreamSource};
use kysera_sql::compiled::Access;
use std::fmt;
use std::future::Future;
use std::sync::{Mutex as StdMutex, PoisonError};
use tokio::sync::Mutex;

/// An open transaction. Dropping it rolls back.
///
/// Queries take it by shared reference and run one after the other in the order in which they were first polled, so
/// `join!` of two queries is correct.
///
/// A query whose future is dropped before it finished was done, or not, or in part. So later queries and the commit fail
/// with `TransactionAborted`, until that is undone: by a rollback of everything, or by leaving a savepoint that was set
/// before the query, as `timeout(limit, tx.transaction(async |tx| ..))` does when its time is up. The transaction around
/// the savepoint then goes on and may commit. Where the database has ended the transaction by itself, as SQLite does
/// when a write is cut, only a rollback of everything is left.
pub struct Transaction {
    db: Db,
    access: Access,
    session: Mutex<Session>,
    after_commit: StdMutex<Vec<Hook>>,
}

type Hook = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>;

impl Transaction {
    pub(crate) fn new(db: Db, access: Access, connection: Box<dyn Connection>) -> Transaction {
        Transaction {
            db,
            access,
            session: Mutex::new(Session::new(connection)),
            after_commit: StdMutex::default(),
        }
    }

    /// Statements to be sent together.
    pub fn pipeline(&self) -> Pipeline<'_> {
        Pipeline::new(self)
    }

    /// Runs `hook` after the commit of the outermost transaction, never when it is rolled back. A hook that was given
    /// inside a savepoint is forgotten when that is rolled back. Hooks run in order, when the connection is free again
    /// and before [`commit`](Transaction::commit) returns; if its future is dropped by then, the rest do not run.
    pub fn after_commit<F, Fut>(&self, hook: F)
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.hooks(|hooks| hooks.push(Box::new(move || Box::pin(hook()))));
    }

    /// Commits, then runs the hooks of [`after_commit`](Transaction::after_commit).
    ///
    /// # Errors
    /// `RolledBack` when the database rolled back instead, `CommitUnknown` when the answer was lost,
    /// `TransactionAborted` when a statement had been dropped half way and was not undone, or when raw SQL had ended the
    /// transaction. Nothing was committed but, perhaps, where it is unknown, and what raw SQL had committed.
    pub async fn commit(self) -> Result<()> {
        let Transaction { session, after_commit, .. } = self;
        session.into_inner().commit().await?;
        for hook in after_commit.into_inner().unwrap_or_else(PoisonError::into_inner) {
            hook().await;
        }
        Ok(())
    }

    /// Rolls back. The same as dropping it, but says whether it worked, and when it is done.
    ///
    /// # Errors
    /// When the connection is lost; the database then rolls back by itself. `TransactionAborted` when raw SQL had ended the
    /// transaction, as schema changes do on MySQL and MariaDB: what came before it may be committed.
    pub async fn rollback(self) -> Result<()> {
        self.session.into_inner().rollback().await
    }

    /// Rolls back where another error is returned already; a failure of the rollback is logged.
    pub(crate) async fn rollback_or_log(self) {
        if let Err(error) = self.rollback().await {
            tracing::warn!(%error, "the rollback after an error failed; the database rolls back by itself");
        }
    }

    /// Commits or rolls back, as `result` says.
    pub(crate) async fn end<T>(self, result: Result<T>) -> Result<T> {
        match result {
            Ok(value) => self.commit().await.map(|()| value),
            Err(error) => Err(with_rollback(error, self.rollback().await)),
        }
    }

    /// The handle it was begun on.
    pub fn db(&self) -> &Db {
        &self.db
    }

    pub(crate) fn access(&self) -> Access {
        self.access
    }

    pub(crate) fn session_mut(&mut self) -> &mut Session {
        self.session.get_mut()
    }

    /// How many hooks there are, for a savepoint to come back to.
    pub(crate) fn hook_count(&self) -> usize {
        self.hooks(|hooks| hooks.len())
    }

    /// Forgets the hooks after the first `count`.
    pub(crate) fn forget_hooks(&self, count: usize) {
        self.hooks(|hooks| hooks.truncate(count));
    }

    fn hooks<T>(&self, f: impl FnOnce(&mut Vec<Hook>) -> T) -> T {
        f(&mut self.after_commit.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Executor for Transaction {
    fn executor(&self) -> ExecutorRef<'_> {
        ExecutorRef { db: &self.db, session: Some(&self.session) }
    }
}

impl<'e> StreamSource<'e> for &'e mut Transaction {
    fn stream_ref(self) -> StreamRef<'e> {
        StreamRef::session(&self.db, self.session.get_mut())
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").field("session", &self.session).finish_non_exhaustive()
    }
}
