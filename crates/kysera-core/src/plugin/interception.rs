//! A statement that plugins stand around: what they see of it, and what they may run beside it.

use crate::driver::{BoxFuture, ExecResult, Ran};
use crate::error::{Error, ErrorKind, Result};
use crate::execute::collect::unbox;
use crate::execute::session::Session;
use crate::plugin::{Context, Plugin};
use kysera_sql::ast::Statement;
use kysera_sql::compile::compile;
use kysera_sql::compiled::Compiled;
use kysera_sql::query::{Query, Ready};
use kysera_sql::row::{Discard, FromRow, RowSink, Rows};
use kysera_sql::typed::Closed;
use std::fmt;
use std::sync::Arc;

/// A statement about to run, inside a transaction.
pub struct Interception<'a> {
    session: &'a mut Session,
    statement: &'a Statement,
    context: &'a Context<'a>,
    /// The plugins that have not been asked yet.
    inner: &'a [Arc<dyn Plugin>],
    progress: Progress,
    /// A plugin has written something of its own.
    wrote: bool,
}

enum Progress {
    Before(Compiled, Box<dyn RowSink>),
    Running,
    After(ExecResult, Box<dyn RowSink>),
}

impl<'a> Interception<'a> {
    pub(crate) fn new(
        session: &'a mut Session,
        statement: &'a Statement,
        context: &'a Context<'a>,
        plugins: &'a [Arc<dyn Plugin>],
        compiled: Compiled,
        sink: Box<dyn RowSink>,
    ) -> Interception<'a> {
        let progress = Progress::Before(compiled, sink);
        Interception { session, statement, context, inner: plugins, progress, wrote: false }
    }

    /// The statement as it will run: rewritten, with its filters placed.
    pub fn statement(&self) -> &'a Statement {
        self.statement
    }

    /// What is known about the execution.
    pub fn context(&self) -> &'a Context<'a> {
        self.context
    }

    /// What the statement did, once it has run.
    pub fn outcome(&self) -> Option<ExecResult> {
        match self.progress {
            Progress::After(outcome, _) => Some(outcome),
            _ => None,
        }
    }

    /// Runs the rest: plugins further in, then the statement.
    ///
    /// # Errors
    /// Those of the statement and of plugins further in. Calling it twice is an error.
    pub fn proceed(&mut self) -> BoxFuture<'_, Result<()>> {
        let inner = self.inner;
        match inner.split_first() {
            Some((next, rest)) => {
                self.inner = rest;
                if next.intercepts(self.statement) { next.intercept(self) } else { self.proceed() }
            }
            None => Box::pin(self.run_statement()),
        }
    }

    /// Puts `wrap` between the statement and its sink, to see its rows. The wrapper hands its inner sink over in
    /// `into_any`. Does nothing once the statement has run.
    pub fn wrap_sink(&mut self, wrap: impl FnOnce(Box<dyn RowSink>) -> Box<dyn RowSink>) {
        self.progress = match std::mem::replace(&mut self.progress, Progress::Running) {
            Progress::Before(compiled, sink) => Progress::Before(compiled, wrap(sink)),
            other => other,
        };
    }

    /// Fetches rows on the same connection. No plugin sees the query: it runs as it stands.
    ///
    /// # Errors
    /// When the query cannot be written for the database, the database refuses it, or a row cannot be read.
    pub async fn fetch_all<Q: Query>(&mut self, query: Q) -> Result<Vec<Q::Row>>
    where
        Q::Row: FromRow + Send + 'static,
        Q::Outer: Closed,
        Q::Rows: Ready,
    {
        let compiled = self.compile(query)?;
        let (_, sink) = self.session.run(compiled, Box::new(Rows::<Q::Row>::default())).await?;
        Ok(unbox::<Rows<Q::Row>>(sink)?.into_vec())
    }

    /// Runs a statement on the same connection. No plugin sees it: it runs as it stands.
    ///
    /// # Errors
    /// When the statement cannot be written for the database, or the database refuses it.
    pub async fn execute<Q: Query>(&mut self, query: Q) -> Result<ExecResult>
    where
        Q::Outer: Closed,
        Q::Rows: Ready,
    {
        let compiled = self.compile(query)?;
        self.wrote = true;
        let (outcome, _) = self.session.run(compiled, Box::new(Discard::default())).await?;
        Ok(outcome)
    }

    /// Runs everything. The transaction is given up when only a part of it could be done.
    pub(crate) async fn run(mut self) -> Ran {
        let error = match (self.proceed().await, self.progress) {
            (Ok(()), Progress::After(outcome, sink)) => return Ok((outcome, sink)),
            (Err(error), Progress::Before(..) | Progress::Running) if !self.wrote => return Err(error),
            (Ok(()), _) => did_not_proceed(),
            (Err(error), _) => error,
        };
        self.session.give_up();
        Err(error)
    }

    async fn run_statement(&mut self) -> Result<()> {
        let Progress::Before(compiled, sink) = std::mem::replace(&mut self.progress, Progress::Running)
        else {
            return Err(proceeded_twice());
        };
        let (outcome, sink) = self.session.run(compiled, sink).await?;
        self.progress = Progress::After(outcome, sink);
        Ok(())
    }

    fn compile(&self, query: impl Query) -> Result<Compiled> {
        Ok(compile(&query.into_statement()?, self.context.dialect)?)
    }
}

impl fmt::Debug for Interception<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interception").field("statement", &self.statement.kind()).finish_non_exhaustive()
    }
}

#[cold]
fn did_not_proceed() -> Error {
    Error::new(ErrorKind::Plugin, "a plugin that stands around a statement did not run it")
        .with_hint("its `around` must call `proceed` or fail")
}

#[cold]
fn proceeded_twice() -> Error {
    Error::new(ErrorKind::Plugin, "a plugin ran the statement that it stands around a second time")
        .with_hint("call `proceed` once")
}
