//! What a plugin sees of a statement that it intercepts, and what it may run before and after it.
//!
//! Knows nothing of sessions: the executor implements [`Steps`].

use crate::driver::{BoxFuture, ExecResult, Ran};
use crate::error::{Error, ErrorKind, Result};
use crate::plugin::context::Context;
use crate::plugin::row_observer::RowObserver;
use kysera_sql::ast::Statement;
use kysera_sql::compile::compile;
use kysera_sql::compiled::Compiled;
use kysera_sql::query::{Query, Ready};
use kysera_sql::row::{Discard, FromRow, RowSink, Rows};
use kysera_sql::typed::Closed;
use std::any::{Any, TypeId};
use std::fmt;

/// A statement about to run inside a transaction, as [`Plugin::intercept`](crate::plugin::Plugin::intercept) gets it.
pub struct Interception<'a> {
    steps: &'a mut (dyn Steps + 'a),
    statement: &'a Statement,
    context: &'a Context<'a>,
}

/// What the executor does for an intercepting plugin.
pub(crate) trait Steps: Send {
    /// Runs the plugins further in, then the statement.
    fn proceed(&mut self) -> BoxFuture<'_, Result<()>>;

    /// Runs a statement of the plugin's own on the same connection.
    fn run(&mut self, statement: Compiled, sink: Box<dyn RowSink>, writes: bool) -> BoxFuture<'_, Ran>;

    /// What the intercepted statement did, once it has run.
    fn result(&self) -> Option<ExecResult>;

    /// Puts an observer between the statement and its sink.
    fn observe(&mut self, hidden: usize, observer: Box<dyn RowObserver>);

    /// Takes the observer out again, with the error that it returned.
    fn take_observer(&mut self) -> Option<(Box<dyn RowObserver>, Option<Error>)>;

    /// The value of a type that lives as long as the transaction.
    fn transaction_value(&mut self, ty: TypeId, new: fn() -> Box<dyn Any + Send>) -> &mut (dyn Any + Send);
}

impl<'a> Interception<'a> {
    pub(crate) fn new(
        steps: &'a mut (dyn Steps + 'a),
        statement: &'a Statement,
        context: &'a Context<'a>,
    ) -> Interception<'a> {
        Interception { steps, statement, context }
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
    pub fn result(&self) -> Option<ExecResult> {
        self.steps.result()
    }

    /// Runs the rest: the plugins further in, then the statement.
    ///
    /// # Errors
    /// Those of the statement and of plugins further in. Calling it twice is an error.
    pub fn proceed(&mut self) -> BoxFuture<'_, Result<()>> {
        self.steps.proceed()
    }

    /// As [`proceed`](Interception::proceed). Shows each row to `observer` before the caller gets it without its last
    /// `hidden` columns: those that the plugin added to `returning` for itself. Gives the observer back.
    ///
    /// ```
    /// # use kysera_core::{Interception, Result, plugin::RowObserver};
    /// # use kysera_sql::cell::Cell;
    /// /// Counts what the caller gets.
    /// #[derive(Default)]
    /// struct Count(usize);
    ///
    /// impl RowObserver for Count {
    ///     fn row(&mut self, _: &[Cell<'_>]) -> Result<()> {
    ///         self.0 += 1;
    ///         Ok(())
    ///     }
    ///
    ///     fn clear(&mut self) {
    ///         self.0 = 0;
    ///     }
    /// }
    ///
    /// # async fn example(interception: &mut Interception<'_>) -> Result<()> {
    /// let Count(rows) = interception.proceed_observing(0, Count::default()).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`proceed`](Interception::proceed); the first error that the observer returned. A write has been done by then,
    /// so that its transaction can only roll back.
    pub async fn proceed_observing<O: RowObserver>(&mut self, hidden: usize, observer: O) -> Result<O> {
        self.steps.observe(hidden, Box::new(observer));
        let proceeded = self.steps.proceed().await;
        let taken = self.steps.take_observer();
        proceeded?;
        let (observer, error) = taken.ok_or_else(lost_sink)?;
        if let Some(error) = error {
            return Err(error);
        }
        let observer: Box<dyn Any> = observer;
        observer.downcast().map(|observer| *observer).map_err(|_| lost_sink())
    }

    /// A value of the plugin's own that lives as long as the transaction, for all of its statements. Made by `Default`
    /// when it is first asked for. A statement outside a transaction has a transaction of its own while it is
    /// intercepted.
    pub fn transaction_value<T: Default + Send + 'static>(&mut self) -> Result<&mut T> {
        let value = self.steps.transaction_value(TypeId::of::<T>(), || Box::new(T::default()));
        value
            .downcast_mut()
            .ok_or_else(|| Error::new(ErrorKind::Internal, "a value of the transaction has another type"))
    }

    /// Fetches rows on the same connection. No plugin sees the query: it runs as it is.
    ///
    /// # Errors
    /// When the query cannot be written for the database, the database refuses it, or a row cannot be read.
    pub async fn fetch_all<Q: Query>(&mut self, query: Q) -> Result<Vec<Q::Row>>
    where
        Q::Row: FromRow + Send + 'static,
        Q::Outer: Closed,
        Q::Readiness: Ready,
    {
        let compiled = self.compile(query)?;
        let (_, sink) = self.steps.run(compiled, Box::new(Rows::<Q::Row>::default()), false).await?;
        let rows: Box<Rows<Q::Row>> = sink.into_any().downcast().map_err(|_| lost_sink())?;
        Ok(rows.into_vec())
    }

    /// Runs a statement on the same connection. No plugin sees it: it runs as it is.
    ///
    /// # Errors
    /// When the statement cannot be written for the database, or the database refuses it.
    pub async fn execute<Q: Query>(&mut self, query: Q) -> Result<ExecResult>
    where
        Q::Outer: Closed,
        Q::Readiness: Ready,
    {
        let compiled = self.compile(query)?;
        let (result, _) = self.steps.run(compiled, Box::new(Discard::default()), true).await?;
        Ok(result)
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
fn lost_sink() -> Error {
    Error::new(ErrorKind::Internal, "the driver did not hand back the sink that it was given")
}
