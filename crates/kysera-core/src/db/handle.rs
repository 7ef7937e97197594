//! The database handle: a driver, the plugins over it, and the clock. Cheap to clone.

use crate::db::limit::{Deadline, LimitedConnection, Limits};
use crate::db::self_deadlock;
use crate::driver::{BoxFuture, Connection, Driver, Ran, TransactionOptions};
use crate::error::Result;
use crate::plugin::Context;
use crate::plugin::clock::{Clock, SystemClock};
use crate::plugin::extensions::Extensions;
use crate::rewrite::PluginSet;
use kysera_sql::compiled::{Access, Compiled};
use kysera_sql::dialect::Dialect;
use kysera_sql::row::RowSink;
use std::any::Any;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// A database: what queries run on outside a transaction.
///
/// Cloning it is cheap, and clones share the pool. Every statement that runs on it may use a connection of its own; use
/// [`transaction`](Db::transaction) for several that belong together.
#[derive(Clone, Debug)]
pub struct Db {
    environment: Arc<Environment>,
    extensions: Extensions,
    limits: Limits,
}

/// What clones share.
#[derive(Debug)]
pub(crate) struct Environment {
    pub(crate) driver: Box<dyn Driver>,
    pub(crate) plugins: PluginSet,
    pub(crate) clock: Box<dyn Clock>,
}

impl Db {
    /// A database without plugins.
    pub fn new(driver: impl Driver) -> Db {
        Db::of(Box::new(driver), PluginSet::default(), Box::new(SystemClock))
    }

    /// How SQL is written for it, and what it can do.
    pub fn dialect(&self) -> &dyn Dialect {
        self.environment.driver.dialect()
    }

    /// True when nobody gets a connection for `wanted` while somebody holds one for `held`, as
    /// [`Driver::excludes`] says: where writes queue up, or one connection serves the database.
    pub fn excludes(&self, held: Access, wanted: Access) -> bool {
        self.environment.driver.excludes(held, wanted)
    }

    /// The same database with a value for plugins to read, such as the current tenant. The last value of a type counts.
    ///
    /// ```
    /// # use kysera_core::Db;
    /// # fn example(db: &Db) {
    /// struct Tenant(i64);
    ///
    /// let theirs = db.with(Tenant(7));
    /// assert!(theirs.extensions().get::<Tenant>().is_some());
    /// # }
    /// ```
    #[must_use = "the handle it is called on stays as it was"]
    pub fn with<V: Any + Send + Sync>(&self, value: V) -> Db {
        Db { extensions: self.extensions.and(value), ..self.clone() }
    }

    /// The same database, on which each statement may take so long; `None` takes the limit away. It covers the wait for a
    /// connection too, is that of each batch of a stream, and holds in transactions that are begun on this handle.
    ///
    /// A statement that takes longer is cancelled in the database as well, and fails with `Canceled`, which is not
    /// transient: it would take as long again. Inside a transaction it counts as one whose future was dropped. A commit
    /// that takes longer is `CommitUnknown`, and so is a write outside a transaction, or raw SQL that may be one: it may
    /// have been done just before it was cancelled.
    ///
    /// ```
    /// # use kysera_core::{Db, QueryExt, Result, raw};
    /// # use std::time::Duration;
    /// # async fn example(db: &Db) -> Result<()> {
    /// let quick = db.statement_limit(Duration::from_secs(2));
    /// let people = raw("select count(*) from person").rows::<i64>().fetch_one(&quick).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Dialects
    /// On SQLite a short write that runs on the calling task is not cut.
    #[must_use = "the handle it is called on stays as it was"]
    pub fn statement_limit(&self, limit: impl Into<Option<Duration>>) -> Db {
        let limits = Limits { statement: limit.into(), ..self.limits };
        Db { limits, ..self.clone() }
    }

    /// The same database, on which each transaction may take so long, the wait for its connection included; `None` takes
    /// the limit away. [`TransactionOptions::time_limit`] sets it for one.
    ///
    /// When the time is over, the closure of [`transaction`](Db::transaction) is dropped at its next `await`, and the
    /// transaction is rolled back and fails with `Canceled`, which is not transient. A transaction of
    /// [`begin`](Db::begin) refuses every further statement and its commit.
    #[must_use = "the handle it is called on stays as it was"]
    pub fn transaction_limit(&self, limit: impl Into<Option<Duration>>) -> Db {
        let limits = Limits { transaction: limit.into(), ..self.limits };
        Db { limits, ..self.clone() }
    }

    /// The values that were added with [`with`](Db::with).
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// Closes every connection; later calls fail. Connections in use are closed when they come back.
    pub async fn close(&self) {
        self.environment.driver.close().await;
    }

    pub(super) fn of(driver: Box<dyn Driver>, plugins: PluginSet, clock: Box<dyn Clock>) -> Db {
        Db {
            environment: Arc::new(Environment { driver, plugins, clock }),
            extensions: Extensions::default(),
            limits: Limits::default(),
        }
    }

    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// What plugins are told of a statement that runs here.
    pub(crate) fn context(&self) -> Context<'_> {
        Context::new(self.dialect(), &*self.environment.clock, &self.extensions)
    }

    /// The identity of the database, its driver and its plugins, which does not keep it open.
    pub(crate) fn downgrade(&self) -> Weak<Environment> {
        Arc::downgrade(&self.environment)
    }

    /// True when it has this identity.
    pub(crate) fn is(&self, environment: &Weak<Environment>) -> bool {
        std::ptr::eq(Arc::as_ptr(&self.environment), environment.as_ptr())
    }

    /// Which connections may run a statement.
    pub(crate) fn access(&self, statement: &Compiled) -> Access {
        self.environment.driver.access(statement)
    }

    /// A connection of one's own; refused where waiting for it could not end.
    pub(crate) async fn acquire(&self, access: Access) -> Result<Box<dyn Connection>> {
        self.acquire_until(access, None).await
    }

    /// As [`acquire`](Db::acquire), for a transaction that ends by then.
    pub(crate) async fn acquire_until(
        &self,
        access: Access,
        transaction: Option<Deadline>,
    ) -> Result<Box<dyn Connection>> {
        self.check_wait(access)?;
        let acquire = self.environment.driver.acquire(access);
        let statement = || Deadline::after("statement", self.limits.statement?);
        let connection = match transaction.or_else(statement) {
            Some(deadline) => deadline.bound(acquire).await?,
            None => acquire.await?,
        };
        if transaction.is_none() && self.limits.statement.is_none() {
            return Ok(connection);
        }
        Ok(Box::new(LimitedConnection::new(connection, access, self.limits.statement, transaction)))
    }

    /// When a transaction that begins now is over.
    pub(crate) fn deadline(&self, options: TransactionOptions) -> Option<Deadline> {
        let limit = options.time_limit.or(self.limits.transaction)?;
        Deadline::after("transaction", limit)
    }

    /// Runs a statement on a connection for it alone; refused where waiting for that could not end.
    pub(crate) fn run(&self, statement: Compiled, sink: Box<dyn RowSink>) -> BoxFuture<'_, Ran> {
        let access = self.access(&statement);
        if let Err(error) = self.check_wait(access) {
            return Box::pin(std::future::ready(Err(error)));
        }
        match self.limits.statement.and_then(|limit| Deadline::after("statement", limit)) {
            None => self.environment.driver.run(statement, sink),
            Some(deadline) => Box::pin(self.run_until(deadline, access, statement, sink)),
        }
    }

    /// Runs a statement that is over by then. Its connection is taken first: while it is waited for, nothing is sent.
    async fn run_until(
        &self,
        deadline: Deadline,
        access: Access,
        statement: Compiled,
        sink: Box<dyn RowSink>,
    ) -> Ran {
        let mut connection = deadline.bound(self.environment.driver.acquire(access)).await?;
        deadline.bound_sent(access == Access::Read, connection.run(statement, sink)).await
    }

    fn check_wait(&self, access: Access) -> Result<()> {
        let driver = &*self.environment.driver;
        if self_deadlock::held_by_caller(self.id(), |held| driver.excludes(held, access)) {
            return Err(self_deadlock::would_wait_for_itself());
        }
        Ok(())
    }

    /// Tells databases apart while they are open.
    pub(crate) fn id(&self) -> usize {
        Arc::as_ptr(&self.environment).addr()
    }
}
