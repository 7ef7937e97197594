//! Time limits of statements and transactions. What is over its limit is dropped, which every driver answers by ending
//! the work in the database too; so nothing here knows of a database.
//!
//! A write outside a transaction commits by itself, perhaps just before it is ended. So it is not said to be cancelled, but
//! that its outcome is unknown.

use crate::driver::{Attempt, BoxFuture, Connection, Ran, RowStream, TransactionOptions};
use crate::error::{Error, ErrorKind, Result};
use crate::pool::within;
use kysera_sql::compiled::{Access, Compiled};
use kysera_sql::row::RowSink;
use std::time::Duration;
use tokio::time::Instant;

/// How long what runs on a handle may take.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    pub(crate) statement: Option<Duration>,
    pub(crate) transaction: Option<Duration>,
}

/// When something is over, and what to say then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    at: Instant,
    what: &'static str,
    limit: Duration,
}

impl Deadline {
    /// So long from now; `None` where that is beyond what a clock can tell.
    pub(crate) fn after(what: &'static str, limit: Duration) -> Option<Deadline> {
        Some(Deadline { at: Instant::now().checked_add(limit)?, what, limit })
    }

    /// What the future resolves to, or the error when it is over.
    pub(crate) async fn bound<T>(self, future: impl Future<Output = Result<T>>) -> Result<T> {
        within(self.at, future).await.unwrap_or_else(|| Err(self.error()))
    }

    /// As [`bound`](Deadline::bound), of what was sent, and cannot be undone unless it `is_undone`.
    pub(crate) async fn bound_sent<T>(
        self,
        is_undone: bool,
        future: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let over = || Err(if is_undone { self.error() } else { self.unknown() });
        within(self.at, future).await.unwrap_or_else(over)
    }

    fn is_over(&self) -> bool {
        Instant::now() >= self.at
    }

    #[cold]
    fn error(&self) -> Error {
        let Deadline { what, limit, .. } = self;
        Error::new(ErrorKind::Canceled, format!("the {what} took longer than its time limit of {limit:?}"))
            .with_hint("make it faster, or allow more time")
    }

    /// The error of what was over when it may have been committed.
    #[cold]
    fn unknown(&self) -> Error {
        let Deadline { what, limit, .. } = self;
        let message = format!(
            "the {what} took longer than its time limit of {limit:?}, and may or may not have taken effect"
        );
        Error::new(ErrorKind::CommitUnknown, message)
            .with_hint("look whether it did before doing it again; a statement in a transaction is undone")
            .with_source(self.error())
    }
}

/// A connection on which statements, or the whole transaction, may take so long.
///
/// What was dropped because it took too long counts as such for the driver: it lets nothing run in the transaction any
/// more but a rollback.
#[derive(Debug)]
pub(crate) struct LimitedConnection {
    inner: Box<dyn Connection>,
    statement: Option<Duration>,
    transaction: Option<Deadline>,
    is_read_only: bool,
    /// What is dropped has no effect: it only reads, or its transaction is rolled back.
    is_undone: bool,
}

impl LimitedConnection {
    pub(crate) fn new(
        inner: Box<dyn Connection>,
        access: Access,
        statement: Option<Duration>,
        transaction: Option<Deadline>,
    ) -> LimitedConnection {
        let is_undone = access == Access::Read;
        LimitedConnection { inner, statement, transaction, is_read_only: false, is_undone }
    }

    /// When what begins now is over.
    fn deadline(&self) -> Option<Deadline> {
        let statement = self.statement.and_then(|limit| Deadline::after("statement", limit));
        match (statement, self.transaction) {
            (Some(statement), Some(transaction)) if statement.at < transaction.at => Some(statement),
            (statement, transaction) => transaction.or(statement),
        }
    }
}

/// Bounds a future, if there is a deadline. Nothing begins after it.
fn bounded<'c, T: Send + 'c>(
    deadline: Option<Deadline>,
    is_undone: bool,
    future: BoxFuture<'c, Result<T>>,
) -> BoxFuture<'c, Result<T>> {
    match deadline {
        None => future,
        Some(deadline) if deadline.is_over() => Box::pin(std::future::ready(Err(deadline.error()))),
        Some(deadline) => Box::pin(deadline.bound_sent(is_undone, future)),
    }
}

#[deny(clippy::missing_trait_methods, reason = "it does what the connection inside does")]
impl Connection for LimitedConnection {
    fn try_run(&mut self, statement: &Compiled, sink: &mut dyn RowSink) -> Attempt {
        match self.transaction {
            Some(deadline) if deadline.is_over() => Attempt::Done(Err(deadline.error())),
            _ => self.inner.try_run(statement, sink),
        }
    }

    fn run(&mut self, statement: Compiled, sink: Box<dyn RowSink>) -> BoxFuture<'_, Ran> {
        bounded(self.deadline(), self.is_undone, self.inner.run(statement, sink))
    }

    fn stream(&mut self, statement: Compiled) -> BoxFuture<'_, Result<Box<dyn RowStream + '_>>> {
        let (deadline, limit, transaction) = (self.deadline(), self.statement, self.transaction);
        let is_undone = self.is_undone;
        let started = self.inner.stream(statement);
        bounded(
            deadline,
            is_undone,
            Box::pin(async move {
                let inner = started.await?;
                Ok(Box::new(LimitedStream { inner, limit, transaction, is_undone })
                    as Box<dyn RowStream + '_>)
            }),
        )
    }

    fn pipeline(&mut self, batch: Vec<(Compiled, Box<dyn RowSink>)>) -> BoxFuture<'_, Vec<Ran>> {
        let (deadline, is_undone, statements) = (self.deadline(), self.is_undone, batch.len());
        let results = self.inner.pipeline(batch);
        Box::pin(async move {
            match bounded(deadline, is_undone, Box::pin(async move { Ok(results.await) })).await {
                Ok(results) => results,
                Err(error) => (0..statements).map(|_| Err(error.clone())).collect(),
            }
        })
    }

    fn run_script<'c>(&'c mut self, sql: &'c str) -> BoxFuture<'c, Result<()>> {
        bounded(self.deadline(), self.is_undone, self.inner.run_script(sql))
    }

    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        (self.is_read_only, self.is_undone) = (options.read_only, true);
        bounded(self.deadline(), true, self.inner.begin(options))
    }

    /// A commit that is late may have been done.
    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        let Some(deadline) = self.deadline() else { return self.inner.commit() };
        if deadline.is_over() {
            return Box::pin(std::future::ready(Err(deadline.error())));
        }
        let (is_read_only, commit) = (self.is_read_only, self.inner.commit());
        Box::pin(async move {
            match within(deadline.at, commit).await {
                Some(outcome) => outcome,
                None if is_read_only => Err(deadline.error()),
                None => Err(Error::new(
                    ErrorKind::CommitUnknown,
                    "the time was over during the commit: the transaction may or may not have been committed",
                )
                .with_hint("look whether it happened before doing it again")
                .with_source(deadline.error())),
            }
        })
    }

    // To undo has no limit here: drivers bound it.
    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        self.inner.rollback()
    }

    fn savepoint<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        bounded(self.deadline(), true, self.inner.savepoint(name))
    }

    fn release<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        bounded(self.deadline(), true, self.inner.release(name))
    }

    fn rollback_to<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        self.inner.rollback_to(name)
    }
}

/// A stream of which each batch may take as long as a statement: how fast its rows are taken is not its affair.
struct LimitedStream<'c> {
    inner: Box<dyn RowStream + 'c>,
    limit: Option<Duration>,
    transaction: Option<Deadline>,
    is_undone: bool,
}

impl RowStream for LimitedStream<'_> {
    fn fill(&mut self, sink: Box<dyn RowSink>) -> BoxFuture<'_, Result<(Box<dyn RowSink>, bool)>> {
        let batch = self.limit.and_then(|limit| Deadline::after("statement", limit));
        let deadline = match (batch, self.transaction) {
            (Some(batch), Some(transaction)) if batch.at < transaction.at => Some(batch),
            (batch, transaction) => transaction.or(batch),
        };
        bounded(deadline, self.is_undone, self.inner.fill(sink))
    }
}
