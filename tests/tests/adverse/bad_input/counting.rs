//! A driver decorator that counts what reaches the driver.

use kysera::Result;
use kysera::dialect::Dialect;
use kysera::extend::driver::{Attempt, BoxFuture, Connection, Driver};
use kysera_sql::compiled::{Access, Compiled};
use kysera_sql::row::RowSink;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A driver, and how often it was asked for anything.
#[derive(Debug)]
pub(super) struct Counting<D> {
    inner: D,
    asked: Arc<AtomicUsize>,
}

/// How often the driver was asked for anything.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked(Arc<AtomicUsize>);

impl Asked {
    pub(super) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl<D: Driver> Counting<D> {
    pub(super) fn new(inner: D) -> (Counting<D>, Asked) {
        let asked = Asked::default();
        (Counting { inner, asked: asked.0.clone() }, asked)
    }
}

impl<D: Driver> Driver for Counting<D> {
    fn dialect(&self) -> &dyn Dialect {
        self.inner.dialect()
    }

    fn try_run(&self, statement: &Compiled, sink: &mut dyn RowSink) -> Attempt {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.inner.try_run(statement, sink)
    }

    fn acquire(&self, access: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.inner.acquire(access)
    }

    fn excludes(&self, held: Access, wanted: Access) -> bool {
        self.inner.excludes(held, wanted)
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.inner.close()
    }
}
