//! One statement on its way through the executor. Not generic: what depends on the type of the rows is in `fetch`.
//!
//! The first poll compiles and tries to run at once, with the sink on the stack and no box. Only what the driver
//! cannot run at once becomes a boxed future.

use crate::db::Db;
use crate::driver::{Attempt, BoxFuture, Outcome, Ran};
use crate::error::{Error, ErrorKind, Result};
use crate::execute::error_location::with_place;
use crate::execute::executor::Seat;
use crate::execute::lower::{Around, Outgoing, outgoing};
use crate::execute::session::Session;
use crate::prepared::{Found, Template, Which};
use crate::rewrite::plugin_set::Applied;
use kysera_sql::ast::Statement;
use kysera_sql::compiled::Compiled;
use kysera_sql::query::{BuildError, Origin, Query};
use kysera_sql::row::RowSink;
use kysera_sql::value::Value;
use std::fmt;
use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard};

/// A statement and where it runs.
pub(crate) struct Call<'e> {
    pub(crate) seat: Seat<'e>,
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
    Bound(Arc<Template>, Vec<Value>, Option<Which>),
}

/// What came of starting a statement.
pub(crate) enum Started<'e> {
    /// It ran, or failed before it could.
    Done(Result<Outcome>),
    /// It has to wait.
    Later(Later<'e>),
}

/// A compiled statement that has to wait, and for what.
pub(crate) enum Later<'e> {
    /// For a connection.
    Connection(&'e Db, Compiled),
    /// For the database, on the transaction's connection.
    Running(MutexGuard<'e, Session>, Compiled),
    /// For an earlier statement of the same transaction.
    Queued(&'e Mutex<Session>, Compiled),
    /// For plugins that stand around it.
    Around(Seat<'e>, Box<Around<'e>>, Compiled),
}

impl<'e> Call<'e> {
    pub(crate) fn new(seat: Seat<'e>, query: impl Query) -> Call<'e> {
        Call::of(seat, query.into_origin())
    }

    pub(crate) fn of(seat: Seat<'e>, origin: Origin) -> Call<'e> {
        let work = match origin {
            Origin::Built(statement) => Work::Built(statement, Applied::default()),
            Origin::Prepared { template, arguments } => match template.downcast() {
                Ok(template) => Work::Bound(template, arguments, None),
                Err(_) => {
                    Work::Built(Err(BuildError::new("the query was prepared elsewhere")), Applied::default())
                }
            },
        };
        Call { seat, work, plan: false }
    }

    /// For the plan of a query.
    pub(crate) fn plan(seat: Seat<'e>, query: impl Query) -> Call<'e> {
        Call { plan: true, ..Call::new(seat, query) }
    }

    /// Compiles the statement and runs it if nothing has to wait.
    pub(crate) fn start(&mut self, sink: &mut dyn RowSink) -> Started<'e> {
        let Outgoing { compiled, around } = match self.outgoing() {
            Ok(prepared) => prepared,
            Err(error) => return Started::Done(Err(error)),
        };
        if let Some(around) = around {
            return Started::Later(Later::Around(self.seat, around, compiled));
        }
        let Some(session) = self.seat.session else {
            return match self.seat.db.core().driver.try_run(&compiled, sink) {
                Attempt::Done(result) => Started::Done(result),
                Attempt::NotNow => Started::Later(Later::Connection(self.seat.db, compiled)),
            };
        };
        let Ok(mut guard) = session.try_lock() else {
            return Started::Later(Later::Queued(session, compiled));
        };
        match guard.try_run(&compiled, sink) {
            Attempt::Done(result) => Started::Done(result),
            // The lock is kept, so that nobody slips in between.
            Attempt::NotNow => Started::Later(Later::Running(guard, compiled)),
        }
    }

    /// Rewrites and compiles the statement.
    pub(crate) fn outgoing(&mut self) -> Result<Outgoing<'e>> {
        let db = self.seat.db;
        let outgoing = match &mut self.work {
            Work::Bound(_, _, Some(_)) => return Err(prepared_twice()),
            Work::Bound(template, arguments, which) => {
                let (arguments, context) = (std::mem::take(arguments), db.context());
                match template.find(arguments, db, &context)? {
                    Found::Kept(found, compiled, statement) => {
                        *which = Some(found);
                        Outgoing::kept(compiled, statement, db, context)
                    }
                    Found::Statement(statement) => {
                        self.work = Work::Built(statement, Applied::default());
                        return self.outgoing();
                    }
                }
            }
            Work::Built(Ok(statement), applied) => outgoing(statement, db, applied)?,
            Work::Built(Err(error), _) => return Err(error.clone().into()),
        };
        if self.plan { outgoing.into_plan(db) } else { Ok(outgoing) }
    }

    /// The error, with what the plugins and the tree know about it.
    #[cold]
    pub(crate) fn explain(&self, error: Error) -> Error {
        match &self.work {
            Work::Built(Ok(statement), applied) => with_place(applied.explain(error), statement),
            Work::Bound(template, _, which) => {
                let kept = which.as_ref().and_then(|which| template.kept(which));
                match (kept, template.statement()) {
                    (Some(kept), _) => with_place(kept.applied.explain(error), &kept.statement),
                    (None, Some(statement)) => with_place(error, statement),
                    (None, None) => error,
                }
            }
            Work::Built(Err(_), _) => error,
        }
    }

    fn kind(&self) -> &'static str {
        let statement = match &self.work {
            Work::Built(statement, _) => statement.as_ref().ok(),
            Work::Bound(template, ..) => template.statement(),
        };
        statement.map_or("not built", Statement::kind)
    }
}

#[cold]
fn prepared_twice() -> Error {
    Error::new(ErrorKind::Internal, "a statement was made ready twice")
}

impl<'e> Later<'e> {
    /// A statement that is not tried at once.
    pub(crate) fn new(seat: Seat<'e>, around: Option<Box<Around<'e>>>, compiled: Compiled) -> Later<'e> {
        match (around, seat.session) {
            (Some(around), _) => Later::Around(seat, around, compiled),
            (None, Some(session)) => Later::Queued(session, compiled),
            (None, None) => Later::Connection(seat.db, compiled),
        }
    }

    /// The rest of the work, with a sink that can move to another thread.
    pub(crate) fn run(self, sink: Box<dyn RowSink>) -> BoxFuture<'e, Ran> {
        match self {
            Later::Connection(db, compiled) => db.run(compiled, sink),
            Later::Running(mut session, compiled) => {
                Box::pin(async move { session.run(compiled, sink).await })
            }
            Later::Queued(session, compiled) => {
                Box::pin(async move { session.lock().await.run(compiled, sink).await })
            }
            Later::Around(seat, around, compiled) => Box::pin(async move {
                match seat.session {
                    Some(session) => around.run_in(&mut *session.lock().await, compiled, sink).await,
                    None => around.run(seat.db, compiled, sink).await,
                }
            }),
        }
    }
}

// The values of a statement do not belong into a log.
impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("statement", &self.kind()).finish_non_exhaustive()
    }
}
