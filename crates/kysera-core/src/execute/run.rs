//! Runs one statement. Not generic: what depends on the type of the rows is in `fetch`.
//!
//! The first poll compiles and tries to run at once, with the sink on the stack and no box. Only what the driver
//! cannot run at once becomes a boxed future.

use crate::db::Db;
use crate::driver::{Attempt, BoxFuture, ExecResult, Ran};
use crate::error::{Error, ErrorKind, Result};
use crate::execute::by_name::{self, is_by_name};
use crate::execute::error_location::locate;
use crate::execute::executor::ExecutorRef;
use crate::execute::lower::{Lowered, Stepwise, lower};
use crate::execute::session::Session;
use crate::prepared::{EntryRef, Lookup, PreparedQuery};
use crate::rewrite::Applied;
use kysera_sql::ast::Statement;
use kysera_sql::compiled::Compiled;
use kysera_sql::query::{BuildError, Origin, Query};
use kysera_sql::row::{Discard, RowSink};
use kysera_sql::value::Value;
use std::fmt;
use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard};

/// A statement and where it runs.
pub(crate) struct StatementRun<'e> {
    pub(crate) executor: ExecutorRef<'e>,
    /// Kept to the end, so that an error can name tables and columns.
    work: Work,
    /// The plan is wanted, not the rows.
    plan: bool,
}

/// What is to be run.
enum Work {
    /// A statement of its own.
    Built(Result<Statement, BuildError>, Applied),
    /// A prepared query and its values, and then what it is here.
    Bound(Arc<PreparedQuery>, Vec<Value>, Option<EntryRef>),
}

/// What came of starting a statement.
pub(crate) enum Start<'e> {
    /// It ran, or failed before it could.
    Done(Result<ExecResult>),
    /// It has to wait.
    Pending(Pending<'e>),
}

/// A compiled statement that has to wait, and for what.
pub(crate) enum Pending<'e> {
    /// For a connection.
    Connection(&'e Db, Compiled),
    /// For the database, on the transaction's connection.
    Running(MutexGuard<'e, Session>, Compiled),
    /// For an earlier statement of the same transaction.
    Queued(&'e Mutex<Session>, Compiled),
    /// For its other steps: plugins that intercept it, rows that are read back.
    Stepwise(ExecutorRef<'e>, Box<Stepwise<'e>>, Compiled),
}

impl<'e> StatementRun<'e> {
    pub(crate) fn new(executor: ExecutorRef<'e>, query: impl Query) -> StatementRun<'e> {
        StatementRun::of(executor, query.into_origin())
    }

    pub(crate) fn of(executor: ExecutorRef<'e>, origin: Origin) -> StatementRun<'e> {
        let work = match origin {
            Origin::Built(statement) => Work::Built(statement, Applied::default()),
            Origin::Prepared { query, arguments } => match query.downcast() {
                Ok(query) => Work::Bound(query, arguments, None),
                Err(_) => {
                    Work::Built(Err(BuildError::new("the query was prepared elsewhere")), Applied::default())
                }
            },
        };
        StatementRun { executor, work, plan: false }
    }

    /// For the plan of a query.
    pub(crate) fn plan(executor: ExecutorRef<'e>, query: impl Query) -> StatementRun<'e> {
        StatementRun { plan: true, ..StatementRun::new(executor, query) }
    }

    /// Compiles the statement and runs it if nothing has to wait.
    pub(crate) fn start(&mut self, sink: &mut dyn RowSink) -> Start<'e> {
        let Lowered { compiled, stepwise } = match self.lower() {
            Ok(lowered) => lowered,
            Err(error) => return Start::Done(Err(error)),
        };
        if is_by_name(&compiled, sink) {
            // Rare enough for a box.
            return Start::Pending(Pending::new(self.executor, stepwise, compiled));
        }
        let mut discard = Discard::default();
        let sink = if self.discards_rows() { &mut discard } else { sink };
        if let Some(stepwise) = stepwise {
            return Start::Pending(Pending::Stepwise(self.executor, stepwise, compiled));
        }
        let Some(session) = self.executor.session else {
            return match self.executor.db.environment().driver.try_run(&compiled, sink) {
                Attempt::Done(result) => Start::Done(result),
                Attempt::WouldBlock => Start::Pending(Pending::Connection(self.executor.db, compiled)),
            };
        };
        let Ok(mut guard) = session.try_lock() else {
            return Start::Pending(Pending::Queued(session, compiled));
        };
        match guard.try_run(&compiled, sink) {
            Attempt::Done(result) => Start::Done(result),
            // The lock is kept, so that nobody slips in between.
            Attempt::WouldBlock => Start::Pending(Pending::Running(guard, compiled)),
        }
    }

    /// Rewrites and compiles the statement; for its plan, that is put before it.
    pub(crate) fn lower(&mut self) -> Result<Lowered<'e>> {
        if self.plan {
            return self.lower_work()?.into_plan(self.executor.db);
        }
        self.lower_work()
    }

    // Each branch returns what it is given: what is copied here is copied for each statement.
    fn lower_work(&mut self) -> Result<Lowered<'e>> {
        let db = self.executor.db;
        match &mut self.work {
            Work::Bound(_, _, Some(_)) => Err(prepared_twice()),
            Work::Bound(query, arguments, entry_ref) => {
                let (arguments, context) = (std::mem::take(arguments), db.context());
                match query.find(arguments, db, &context)? {
                    Lookup::Entry(found, compiled, statement) => {
                        *entry_ref = Some(found);
                        Ok(Lowered::prepared(compiled, statement, db, context))
                    }
                    Lookup::Statement(statement) => {
                        self.work = Work::Built(statement, Applied::default());
                        self.lower_work()
                    }
                }
            }
            Work::Built(Ok(statement), applied) => lower(statement, db, applied),
            Work::Built(Err(error), _) => Err(error.clone().into()),
        }
    }

    /// True when the rows that come are not for the caller: a plugin's check made the statement return them.
    pub(crate) fn discards_rows(&self) -> bool {
        !self.plan && self.applied().is_some_and(|applied| applied.discards_rows)
    }

    fn applied(&self) -> Option<&Applied> {
        match &self.work {
            Work::Built(_, applied) => Some(applied),
            Work::Bound(query, _, entry_ref) => Some(&query.entry(entry_ref.as_ref()?)?.applied),
        }
    }

    /// The error, with what the plugins and the tree know about it.
    #[cold]
    pub(crate) fn explain(&self, error: Error) -> Error {
        match &self.work {
            Work::Built(Ok(statement), applied) => locate(applied.explain(error), applied.written(statement)),
            Work::Bound(query, _, entry_ref) => {
                let entry = entry_ref.as_ref().and_then(|entry_ref| query.entry(entry_ref));
                match (entry, query.statement()) {
                    (Some(entry), _) => {
                        locate(entry.applied.explain(error), entry.applied.written(&entry.statement))
                    }
                    (None, Some(statement)) => locate(error, statement),
                    (None, None) => error,
                }
            }
            Work::Built(Err(_), _) => error,
        }
    }

    fn kind(&self) -> &'static str {
        let statement = match &self.work {
            Work::Built(statement, _) => statement.as_ref().ok(),
            Work::Bound(query, ..) => query.statement(),
        };
        statement.map_or("not built", Statement::kind)
    }
}

#[cold]
fn prepared_twice() -> Error {
    Error::new(ErrorKind::Internal, "a statement was made ready twice")
}

impl<'e> Pending<'e> {
    /// A statement that is not tried at once.
    pub(crate) fn new(
        executor: ExecutorRef<'e>,
        stepwise: Option<Box<Stepwise<'e>>>,
        compiled: Compiled,
    ) -> Pending<'e> {
        match (stepwise, executor.session) {
            (Some(stepwise), _) => Pending::Stepwise(executor, stepwise, compiled),
            (None, Some(session)) => Pending::Queued(session, compiled),
            (None, None) => Pending::Connection(executor.db, compiled),
        }
    }

    fn compiled(&self) -> &Compiled {
        match self {
            Pending::Connection(_, compiled)
            | Pending::Running(_, compiled)
            | Pending::Queued(_, compiled)
            | Pending::Stepwise(_, _, compiled) => compiled,
        }
    }

    /// The rest of the work, with a sink that can move to another thread.
    pub(crate) fn run(self, sink: Box<dyn RowSink>) -> BoxFuture<'e, Ran> {
        let sink = by_name::around(self.compiled(), sink);
        match self {
            Pending::Connection(db, compiled) => db.run(compiled, sink),
            Pending::Running(mut session, compiled) => {
                Box::pin(async move { session.run(compiled, sink).await })
            }
            Pending::Queued(session, compiled) => {
                Box::pin(async move { session.lock().await.run(compiled, sink).await })
            }
            Pending::Stepwise(executor, stepwise, compiled) => Box::pin(async move {
                match executor.session {
                    Some(session) => stepwise.run_in(&mut *session.lock().await, compiled, sink).await,
                    None => stepwise.run(executor.db, compiled, sink).await,
                }
            }),
        }
    }
}

// The values of a statement do not belong into a log.
impl fmt::Debug for StatementRun<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatementRun").field("statement", &self.kind()).finish_non_exhaustive()
    }
}
