//! Runs a statement that plugins intercept: each plugin around those further in, the statement innermost.

use crate::driver::{BoxFuture, ExecResult, Ran};
use crate::error::{Error, ErrorKind, Result};
use crate::execute::by_name;
use crate::execute::collect::unbox;
use crate::execute::read_back::ReadBack;
use crate::execute::session::Session;
use crate::plugin::interception::{Interception, Steps};
use crate::plugin::{Context, Plugin, RowObserver};
use kysera_sql::ast::Statement;
use kysera_sql::cell::Cell;
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::row::{DecodeError, Flow, RowSink};
use std::any::{Any, TypeId};
use std::sync::Arc;

/// A statement on its way through the plugins that intercept it.
pub(crate) struct Interceptors<'a> {
    session: &'a mut Session,
    statement: &'a Statement,
    context: &'a Context<'a>,
    /// The plugins that have not been called yet.
    inner: &'a [Arc<dyn Plugin>],
    progress: Progress,
    /// Those of the plugins that were called, until they take them back.
    observers: Vec<Observer>,
    /// A plugin has written something of its own.
    wrote: bool,
    /// What reads the rows of the statement, which does not give them back by itself.
    read_back: Option<ReadBack>,
    /// The transaction was begun for reading, because no plugin said that it writes.
    reads_only: bool,
}

enum Progress {
    Before(Compiled, Box<dyn RowSink>),
    Running,
    After(ExecResult, Box<dyn RowSink>),
}

impl<'a> Interceptors<'a> {
    pub(crate) fn new(
        session: &'a mut Session,
        statement: &'a Statement,
        context: &'a Context<'a>,
        plugins: &'a [Arc<dyn Plugin>],
        compiled: Compiled,
        sink: Box<dyn RowSink>,
    ) -> Interceptors<'a> {
        let progress = Progress::Before(compiled, sink);
        Interceptors {
            session,
            statement,
            context,
            inner: plugins,
            progress,
            observers: Vec::new(),
            wrote: false,
            read_back: None,
            reads_only: false,
        }
    }

    /// With what reads the rows of the statement afterwards.
    pub(crate) fn reading_back(self, read_back: Option<ReadBack>) -> Interceptors<'a> {
        Interceptors { read_back, ..self }
    }

    /// In a transaction that only reads.
    pub(crate) fn reading_only(self) -> Interceptors<'a> {
        Interceptors { reads_only: true, ..self }
    }

    /// Runs everything. When a part of it was done and the rest was not, nothing else
    /// runs in the transaction before that is undone.
    pub(crate) async fn run(mut self) -> Ran {
        self.session.enter_interception().await?;
        let (error, is_half_done) = match (self.proceed().await, self.progress) {
            (Ok(()), Progress::After(result, sink)) => {
                self.session.leave_interception(false);
                return Ok((result, sink));
            }
            (Err(error), Progress::Before(..)) => (error, self.wrote),
            // An error of a row that could not be read comes when the statement has run.
            (Err(error), Progress::Running) => {
                let is_half_done = self.wrote || error.kind() == ErrorKind::Decode;
                (error, is_half_done)
            }
            (Err(error), Progress::After(..)) => (error, true),
            (Ok(()), _) => (did_not_proceed(), true),
        };
        self.session.leave_interception(is_half_done);
        Err(error)
    }

    async fn run_statement(&mut self) -> Result<()> {
        let (compiled, sink) = match std::mem::replace(&mut self.progress, Progress::Running) {
            Progress::Before(compiled, sink) => (compiled, sink),
            ran => {
                self.progress = ran;
                return Err(proceeded_twice());
            }
        };
        if self.observers.is_empty() {
            let (result, sink) = self.run_compiled(compiled, sink).await?;
            self.progress = Progress::After(result, sink);
            return Ok(());
        }
        let observed = Observed {
            inner: sink,
            is_full: false,
            may_stop: compiled.kind == StatementKind::Read,
            observers: std::mem::take(&mut self.observers),
        };
        let (result, sink) = self.run_compiled(compiled, Box::new(observed)).await?;
        let observed: Box<Observed> = unbox(sink)?;
        self.observers = observed.observers;
        self.progress = Progress::After(result, observed.inner);
        Ok(())
    }

    /// Runs the statement, and reads its rows where it does not give them back.
    async fn run_compiled(&mut self, compiled: Compiled, sink: Box<dyn RowSink>) -> Ran {
        let Some(read_back) = self.read_back.take() else {
            return self.session.run_part(compiled, sink).await;
        };
        let dialect = self.context.dialect;
        read_back.run(self.session, compiled, dialect, sink, &mut self.wrote).await
    }
}

impl Steps for Interceptors<'_> {
    fn proceed(&mut self) -> BoxFuture<'_, Result<()>> {
        while let Some((next, rest)) = self.inner.split_first() {
            self.inner = rest;
            if next.intercepts(self.statement) {
                let (statement, context) = (self.statement, self.context);
                return Box::pin(async move {
                    next.intercept(&mut Interception::new(self, statement, context)).await
                });
            }
        }
        Box::pin(self.run_statement())
    }

    fn run(&mut self, statement: Compiled, sink: Box<dyn RowSink>, writes: bool) -> BoxFuture<'_, Ran> {
        if writes && self.reads_only {
            return Box::pin(async { Err(unannounced_write()) });
        }
        self.wrote |= writes;
        if !by_name::is_by_name(&statement, &*sink) {
            return Box::pin(self.session.run_part(statement, sink));
        }
        Box::pin(async move {
            let sink = by_name::around(&statement, sink);
            let (result, sink) = self.session.run_part(statement, sink).await?;
            Ok((result, by_name::into_inner(sink)?))
        })
    }

    fn result(&self) -> Option<ExecResult> {
        match self.progress {
            Progress::After(result, _) => Some(result),
            _ => None,
        }
    }

    fn observe(&mut self, hidden: usize, observer: Box<dyn RowObserver>) {
        self.observers.push(Observer { hidden, observer, error: None });
    }

    fn take_observer(&mut self) -> Option<(Box<dyn RowObserver>, Option<Error>)> {
        self.observers.pop().map(|taken| (taken.observer, taken.error))
    }

    fn transaction_value(&mut self, ty: TypeId, new: fn() -> Box<dyn Any + Send>) -> &mut (dyn Any + Send) {
        self.session.value(ty, new)
    }
}

/// The observer of one plugin.
struct Observer {
    hidden: usize,
    observer: Box<dyn RowObserver>,
    /// What the observer returned; a sink has no other way to pass it on.
    error: Option<Error>,
}

/// A sink that shows its rows to observers and hides their columns from the sink behind it.
struct Observed {
    inner: Box<dyn RowSink>,
    /// The sink behind wants no more rows; of a write the observers see the rest all the same.
    is_full: bool,
    /// The statement only reads: what its caller does not get, nobody sees.
    may_stop: bool,
    /// That of the plugin furthest in last: it sees a row first, and all of it.
    observers: Vec<Observer>,
}

impl RowSink for Observed {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<Flow, DecodeError> {
        let mut cells = cells;
        for Observer { hidden, observer, error } in self.observers.iter_mut().rev() {
            if error.is_some() {
                return Ok(Flow::Stop);
            }
            if let Err(failed) = observer.row(cells) {
                *error = Some(failed);
                return Ok(Flow::Stop);
            }
            cells = &cells[..cells.len().saturating_sub(*hidden)];
        }
        if !self.is_full {
            self.is_full = self.inner.row(cells)? == Flow::Stop;
        }
        Ok(if self.is_full && self.may_stop { Flow::Stop } else { Flow::Continue })
    }

    fn columns(&mut self, names: &[&str]) -> Result<(), DecodeError> {
        let hidden: usize = self.observers.iter().map(|observer| observer.hidden).sum();
        self.inner.columns(&names[..names.len().saturating_sub(hidden)])
    }

    fn clear(&mut self) {
        for Observer { observer, error, .. } in &mut self.observers {
            *error = None;
            observer.clear();
        }
        self.is_full = false;
        self.inner.clear();
    }
}

#[cold]
fn did_not_proceed() -> Error {
    Error::new(ErrorKind::Plugin, "a plugin that intercepts a statement did not run it")
        .with_hint("its `intercept` must call `proceed` or fail")
}

#[cold]
fn unannounced_write() -> Error {
    Error::new(ErrorKind::Plugin, "a plugin writes beside a query that only reads")
        .with_hint("its `writes_beside` must say so, so that a transaction that may write is begun")
}

#[cold]
fn proceeded_twice() -> Error {
    Error::new(ErrorKind::Plugin, "a plugin ran the statement that it intercepts a second time")
        .with_hint("call `proceed` once")
}
