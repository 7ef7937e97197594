//! A driver under a layer: forwards every method of the contract, and lets the layer watch each.
//!
//! Each method passes through a [`Watch`], whose kinds are the list of what can be done. A method that is added to the
//! contract and not here is refused by the lint below and by a test.

use super::DriverLayer;
use super::operation::{OperationKind, Outcome};
use super::watch::{Watch, Watcher, finish, finish_with};
use crate::driver::{Attempt, BoxFuture, Connection, Driver, ExecResult, Ran, RowStream, TransactionOptions};
use crate::error::{Error, ErrorKind, Result};
use kysera_sql::cell::Cell;
use kysera_sql::compiled::{Access, Compiled};
use kysera_sql::dialect::Dialect;
use kysera_sql::row::{DecodeError, Flow, RowSink};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A driver with a layer around it. See [`DriverLayer`].
#[derive(Debug)]
pub struct Layered<D, L> {
    driver: D,
    watcher: Watcher<L>,
}

impl<D: Driver, L: DriverLayer> Layered<D, L> {
    /// Puts `layer` around `driver`.
    pub fn new(driver: D, layer: L) -> Layered<D, L> {
        let (system, raise) = (driver.dialect().system(), driver.dialect().filtering().raise);
        Layered { driver, watcher: Watcher { layer: Arc::new(layer), system, raise } }
    }

    /// The driver inside.
    pub fn driver(&self) -> &D {
        &self.driver
    }

    /// The layer.
    pub fn layer(&self) -> &L {
        &self.watcher.layer
    }

    /// Takes a connection, for a statement if there is one.
    async fn take(&self, access: Access, statement: Option<&mut Compiled>) -> Result<LayeredConnection<L>> {
        let watcher = &self.watcher;
        let kind = OperationKind::Acquire(access);
        let watch = match statement {
            Some(statement) => watcher.start_statement(kind, statement, None)?,
            None => watcher.start(kind, None)?,
        };
        let asked = Instant::now();
        let taken = watcher.layer.acquire(&self.driver, access).await;
        finish(watch, &taken);
        let pool_wait = Some(asked.elapsed());
        Ok(LayeredConnection { inner: taken?, watcher: watcher.clone(), pool_wait, in_transaction: false })
    }
}

#[deny(clippy::missing_trait_methods, reason = "a layer must see all that a driver can do")]
impl<D: Driver, L: DriverLayer> Driver for Layered<D, L> {
    fn dialect(&self) -> &dyn Dialect {
        self.driver.dialect()
    }

    fn try_run(&self, statement: &Compiled, sink: &mut dyn RowSink) -> Attempt {
        if !self.watcher.layer.runs_at_once() {
            return Attempt::WouldBlock;
        }
        self.watcher.attempt(statement, None, || self.driver.try_run(statement, sink))
    }

    fn access(&self, statement: &Compiled) -> Access {
        self.driver.access(statement)
    }

    fn acquire(&self, access: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        Box::pin(async move {
            let connection: Box<dyn Connection> = Box::new(self.take(access, None).await?);
            Ok(connection)
        })
    }

    // Not the driver's own `run`: a layer sees the wait for a connection and the statement apart.
    fn run(&self, mut statement: Compiled, sink: Box<dyn RowSink>) -> BoxFuture<'_, Ran> {
        Box::pin(async move {
            let access = self.access(&statement);
            let mut connection = self.take(access, Some(&mut statement)).await?;
            connection.run(statement, sink).await
        })
    }

    fn excludes(&self, held: Access, wanted: Access) -> bool {
        self.driver.excludes(held, wanted)
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let watch = self.watcher.start(OperationKind::Close, None).ok().flatten();
            self.driver.close().await;
            finish(watch, &Ok(()));
        })
    }
}

/// A connection under a layer.
#[derive(Debug)]
struct LayeredConnection<L: DriverLayer> {
    inner: Box<dyn Connection>,
    watcher: Watcher<L>,
    /// Until the first operation has started.
    pool_wait: Option<Duration>,
    in_transaction: bool,
}

impl<L: DriverLayer> LayeredConnection<L> {
    /// An operation that is no statement.
    fn operate<'c>(
        &'c mut self,
        kind: OperationKind<'c>,
        go: impl FnOnce(&'c mut dyn Connection) -> BoxFuture<'c, Result<()>> + Send + 'c,
    ) -> BoxFuture<'c, Result<()>> {
        let LayeredConnection { inner, watcher, pool_wait, in_transaction } = self;
        Box::pin(async move {
            let watch = watcher.start(kind, pool_wait.take())?;
            if let OperationKind::Begin(_) = kind {
                *in_transaction = true;
            }
            let result = go(&mut **inner).await;
            match kind {
                OperationKind::Commit | OperationKind::Rollback => *in_transaction = false,
                OperationKind::Begin(_) => *in_transaction = result.is_ok(),
                _ => {}
            }
            finish(watch, &result);
            result
        })
    }
}

#[deny(clippy::missing_trait_methods, reason = "a layer must see all that a connection can do")]
impl<L: DriverLayer> Connection for LayeredConnection<L> {
    fn try_run(&mut self, statement: &Compiled, sink: &mut dyn RowSink) -> Attempt {
        let LayeredConnection { inner, watcher, pool_wait, .. } = self;
        let attempt = watcher.attempt(statement, *pool_wait, || inner.try_run(statement, sink));
        if let Attempt::Done(_) = attempt {
            *pool_wait = None;
        }
        attempt
    }

    fn run(&mut self, mut statement: Compiled, sink: Box<dyn RowSink>) -> BoxFuture<'_, Ran> {
        let LayeredConnection { inner, watcher, pool_wait, .. } = self;
        Box::pin(async move {
            let watch = watcher.start_statement(OperationKind::Run, &mut statement, pool_wait.take())?;
            let ran = inner.run(statement, sink).await;
            finish_with(watch, &ran, |(result, _)| *result);
            ran
        })
    }

    fn stream(&mut self, mut statement: Compiled) -> BoxFuture<'_, Result<Box<dyn RowStream + '_>>> {
        let LayeredConnection { inner, watcher, pool_wait, .. } = self;
        Box::pin(async move {
            let watch = watcher.start_statement(OperationKind::Stream, &mut statement, pool_wait.take())?;
            let started = inner.stream(statement).await;
            let Some(watch) = watch else { return started };
            match started {
                Ok(inner) => Ok(Box::new(LayeredStream { inner, watch: Some(watch), rows: 0 }) as Box<_>),
                Err(error) => {
                    watch.fail(&error);
                    Err(error)
                }
            }
        })
    }

    fn pipeline(&mut self, mut batch: Vec<(Compiled, Box<dyn RowSink>)>) -> BoxFuture<'_, Vec<Ran>> {
        let LayeredConnection { inner, watcher, pool_wait, .. } = self;
        Box::pin(async move {
            let size = batch.len();
            let mut watches = Vec::with_capacity(size);
            for (index, (statement, _)) in batch.iter_mut().enumerate() {
                let kind = OperationKind::Pipelined { index, size };
                match watcher.start_statement(kind, statement, pool_wait.take()) {
                    Ok(watch) => watches.push(watch),
                    Err(refusal) => return refused(watches, refusal, size),
                }
            }
            let results = inner.pipeline(batch).await;
            for (watch, ran) in watches.into_iter().zip(&results) {
                finish_with(watch, ran, |(result, _)| *result);
            }
            results
        })
    }

    fn run_script<'c>(&'c mut self, sql: &'c str) -> BoxFuture<'c, Result<()>> {
        self.operate(OperationKind::Script(sql), move |inner| inner.run_script(sql))
    }

    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        self.operate(OperationKind::Begin(options), move |inner| inner.begin(options))
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        self.operate(OperationKind::Commit, |inner| inner.commit())
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        self.operate(OperationKind::Rollback, |inner| inner.rollback())
    }

    fn savepoint<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        self.operate(OperationKind::Savepoint(name), move |inner| inner.savepoint(name))
    }

    fn release<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        self.operate(OperationKind::Release(name), move |inner| inner.release(name))
    }

    fn rollback_to<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        self.operate(OperationKind::RollbackTo(name), move |inner| inner.rollback_to(name))
    }
}

impl<L: DriverLayer> Drop for LayeredConnection<L> {
    fn drop(&mut self) {
        let kind = OperationKind::Return { in_transaction: self.in_transaction };
        if let Ok(watch) = self.watcher.start(kind, self.pool_wait.take()) {
            finish(watch, &Ok(()));
        }
    }
}

/// What a pipeline comes to of which one statement was refused: nothing is sent.
#[cold]
fn refused<L: DriverLayer>(started: Vec<Option<Watch<'_, L>>>, refusal: Error, size: usize) -> Vec<Ran> {
    let at = started.len();
    let mut results: Vec<Ran> = (0..size).map(|_| Err(not_sent())).collect();
    for watch in started {
        finish::<(), L>(watch, &Err(not_sent()));
    }
    results[at] = Err(refusal);
    results
}

#[cold]
fn not_sent() -> Error {
    Error::new(ErrorKind::RolledBack, "not sent: another statement of the pipeline was refused")
}

/// A stream under a layer.
struct LayeredStream<'c, L: DriverLayer> {
    inner: Box<dyn RowStream + 'c>,
    /// `None` when the end was told.
    watch: Option<Watch<'c, L>>,
    /// Rows of the batches so far.
    rows: u64,
}

#[deny(clippy::missing_trait_methods, reason = "a layer must see all that a stream can do")]
impl<L: DriverLayer> RowStream for LayeredStream<'_, L> {
    fn fill(&mut self, sink: Box<dyn RowSink>) -> BoxFuture<'_, Result<(Box<dyn RowSink>, bool)>> {
        Box::pin(async move {
            let filled = self.inner.fill(Box::new(Counted { inner: sink, rows: 0 })).await;
            let filled = filled.and_then(|(sink, more)| Ok((uncounted(sink)?, more)));
            match filled {
                Ok((Counted { inner, rows }, more)) => {
                    self.rows += rows;
                    if !more {
                        finish_with(self.watch.take(), &Ok(()), |()| ExecResult::returned(self.rows));
                    }
                    Ok((inner, more))
                }
                Err(error) => {
                    if let Some(watch) = self.watch.take() {
                        watch.fail(&error);
                    }
                    Err(error)
                }
            }
        })
    }
}

impl<L: DriverLayer> Drop for LayeredStream<'_, L> {
    fn drop(&mut self) {
        if let Some(watch) = self.watch.take() {
            watch.finish(Outcome::Stopped(ExecResult::returned(self.rows)));
        }
    }
}

/// A sink that counts the rows of a batch.
struct Counted {
    inner: Box<dyn RowSink>,
    rows: u64,
}

impl RowSink for Counted {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<Flow, DecodeError> {
        self.rows += 1;
        self.inner.row(cells)
    }

    fn columns(&mut self, names: &[&str]) -> Result<(), DecodeError> {
        self.inner.columns(names)
    }

    fn clear(&mut self) {
        self.rows = 0;
        self.inner.clear();
    }
}

fn uncounted(sink: Box<dyn RowSink>) -> Result<Counted> {
    let counted = sink.into_any().downcast::<Counted>();
    counted
        .map(|counted| *counted)
        .map_err(|_| Error::new(ErrorKind::Internal, "the driver gave back another sink than it was given"))
}
