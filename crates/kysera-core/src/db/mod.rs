//! The database handle: a driver, the plugins over it, and the clock. Cheap to clone.

pub(crate) mod self_deadlock;

use crate::driver::{BoxFuture, Connection, Driver, Ran, TransactionOptions};
use crate::error::{Error, Result};
use crate::execute::executor::{Executor, ExecutorRef, sealed};
use crate::execute::pipeline::Pipeline;
use crate::plugin::clock::{Clock, SystemClock};
use crate::plugin::extensions::Extensions;
use crate::plugin::{Context, Plugin};
use crate::rewrite::PluginSet;
use crate::transaction::Transaction;
use kysera_sql::compiled::{Access, Compiled};
use kysera_sql::dialect::Dialect;
use kysera_sql::row::RowSink;
use kysera_sql::table::TableMeta;
use std::any::Any;
use std::sync::{Arc, Weak};

/// A database: what queries run on outside a transaction.
///
/// Cloning it is cheap, and clones share the pool. Every statement that runs on it may use a connection of its own; use
/// [`transaction`](Db::transaction) for several that belong together.
#[derive(Clone, Debug)]
pub struct Db {
    core: Arc<Core>,
    extensions: Extensions,
}

/// What clones share.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) driver: Box<dyn Driver>,
    pub(crate) plugins: PluginSet,
    pub(crate) clock: Box<dyn Clock>,
}

impl Db {
    /// A database without plugins.
    pub fn new(driver: impl Driver) -> Db {
        Db::of(Box::new(driver), PluginSet::default(), Box::new(SystemClock))
    }

    /// A database to be given plugins and tables.
    pub fn builder(driver: impl Driver) -> DbBuilder {
        DbBuilder {
            driver: Box::new(driver),
            plugins: Vec::new(),
            tables: Vec::new(),
            clock: Box::new(SystemClock),
        }
    }

    /// How SQL is written for it, and what it can do.
    pub fn dialect(&self) -> &dyn Dialect {
        self.core.driver.dialect()
    }

    /// True when whoever holds a connection for `held` keeps everybody from getting one for `wanted`, as
    /// [`Driver::excludes`] says: where writes queue up, or one connection serves the database.
    pub fn excludes(&self, held: Access, wanted: Access) -> bool {
        self.core.driver.excludes(held, wanted)
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
        Db { core: Arc::clone(&self.core), extensions: self.extensions.and(value) }
    }

    /// The values that were added with [`with`](Db::with).
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// Statements to be sent together. Outside a transaction each stands for itself.
    ///
    /// ```
    /// # use kysera_core::{Db, Result, raw};
    /// # async fn example(db: &Db) -> Result<()> {
    /// let (people, pets) = db
    ///     .pipeline()
    ///     .fetch_all(raw("select name from person").rows::<(String,)>())
    ///     .fetch_one(raw("select count(*) from pet").rows::<(i64,)>())
    ///     .run()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn pipeline(&self) -> Pipeline<'_> {
        Pipeline::new(self)
    }

    /// Closes every connection; later calls fail. Connections in use are closed when they come back.
    pub async fn close(&self) {
        self.core.driver.close().await;
    }

    /// Runs `f` in a transaction: commits when it returns `Ok`, rolls back when it returns `Err`.
    ///
    /// ```
    /// # use kysera_core::{Db, Result, QueryExt, raw};
    /// # async fn example(db: &Db) -> Result<()> {
    /// db.transaction(async |tx| {
    ///     raw("insert into person (name) values ({})").bind("Ann").execute(tx).await?;
    ///     let (people,): (i64,) = raw("select count(*) from person").rows().fetch_one(tx).await?;
    ///     tx.after_commit(async move || println!("{people} people"));
    ///     Ok(())
    /// })
    /// .await
    /// # }
    /// ```
    ///
    /// Dropping the future rolls back. A statement that was dropped half way inside, say by a time limit, makes the
    /// transaction refuse to commit.
    ///
    /// # Errors
    /// The error of `f`, with that of the rollback beside it should this fail too; those of beginning and committing:
    /// `RolledBack` when the database rolled back instead, `CommitUnknown` when the answer to the commit was lost.
    pub async fn transaction<T, F>(&self, f: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Transaction) -> Result<T>,
    {
        self.transaction_with(TransactionOptions::default(), f).await
    }

    /// As [`transaction`](Db::transaction), with an isolation level or as read-only.
    ///
    /// # Errors
    /// As [`transaction`](Db::transaction); also when the database does not offer an option.
    pub async fn transaction_with<T, F>(&self, options: TransactionOptions, f: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Transaction) -> Result<T>,
    {
        let mut tx = self.begin_with(options).await?;
        let result = self_deadlock::holding(self.id(), tx.access(), f(&mut tx)).await;
        tx.end(result).await
    }

    /// As [`transaction`](Db::transaction), with an error type of the caller's: `f` says which.
    ///
    /// ```
    /// # use kysera_core::{Db, Error, Result, QueryExt, raw};
    /// enum Transfer {
    ///     TooPoor,
    ///     Database(Error),
    /// }
    ///
    /// impl From<Error> for Transfer {
    ///     fn from(error: Error) -> Transfer {
    ///         Transfer::Database(error)
    ///     }
    /// }
    ///
    /// # async fn example(db: &Db) -> Result<(), Transfer> {
    /// db.try_transaction(async |tx| {
    ///     let done = raw("update account set amount = amount - 5 where id = 1 and amount >= 5").execute(tx).await?;
    ///     if done.rows_affected == 0 {
    ///         return Err(Transfer::TooPoor);
    ///     }
    ///     raw("update account set amount = amount + 5 where id = 2").execute(tx).await?;
    ///     Ok(())
    /// })
    /// .await
    /// # }
    /// ```
    ///
    /// # Errors
    /// The error of `f`; those of beginning and committing as [`transaction`](Db::transaction). A rollback that fails
    /// after an error of `f` is logged.
    pub async fn try_transaction<T, E, F>(&self, f: F) -> Result<T, E>
    where
        E: From<Error>,
        F: AsyncFnOnce(&mut Transaction) -> Result<T, E>,
    {
        let mut tx = self.begin().await?;
        match self_deadlock::holding(self.id(), tx.access(), f(&mut tx)).await {
            Ok(value) => Ok(tx.commit().await.map(|()| value)?),
            Err(error) => {
                tx.rollback_or_log().await;
                Err(error)
            }
        }
    }

    /// Runs `f` on one state of the database: a read-only transaction in which every statement sees the same rows.
    ///
    /// # Errors
    /// As [`transaction`](Db::transaction); `ReadOnly` when `f` writes.
    ///
    /// # Dialects
    /// On SQLite files it also saves the locks that each statement outside a transaction takes.
    pub async fn read<T, F>(&self, f: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Transaction) -> Result<T>,
    {
        self.transaction_with(TransactionOptions::snapshot(), f).await
    }

    /// Begins a transaction that is committed or rolled back by hand. Dropping it rolls back.
    ///
    /// # Errors
    /// When no connection becomes free in time, or the database refuses.
    pub async fn begin(&self) -> Result<Transaction> {
        self.begin_with(TransactionOptions::default()).await
    }

    /// As [`begin`](Db::begin), with an isolation level or as read-only.
    ///
    /// # Errors
    /// As [`begin`](Db::begin); also when the database does not offer an option.
    pub async fn begin_with(&self, options: TransactionOptions) -> Result<Transaction> {
        let access = if options.read_only { Access::Read } else { Access::Write };
        let mut connection = self.acquire(access).await?;
        connection.begin(options).await?;
        Ok(Transaction::new(self.clone(), access, connection))
    }

    fn of(driver: Box<dyn Driver>, plugins: PluginSet, clock: Box<dyn Clock>) -> Db {
        Db { core: Arc::new(Core { driver, plugins, clock }), extensions: Extensions::default() }
    }

    pub(crate) fn core(&self) -> &Core {
        &self.core
    }

    /// What plugins are told of a statement that runs here.
    pub(crate) fn context(&self) -> Context<'_> {
        Context::new(self.dialect(), &*self.core.clock, &self.extensions)
    }

    /// The identity of the database, its driver and its plugins, which does not keep it open.
    pub(crate) fn downgrade(&self) -> Weak<Core> {
        Arc::downgrade(&self.core)
    }

    /// True when it has this identity.
    pub(crate) fn is(&self, core: &Weak<Core>) -> bool {
        std::ptr::eq(Arc::as_ptr(&self.core), core.as_ptr())
    }

    /// A connection of one's own; refused where waiting for it could not end.
    pub(crate) async fn acquire(&self, access: Access) -> Result<Box<dyn Connection>> {
        self.check_wait(access)?;
        self.core.driver.acquire(access).await
    }

    /// Runs a statement on a connection for it alone; refused where waiting for that could not end.
    pub(crate) fn run(&self, statement: Compiled, sink: Box<dyn RowSink>) -> BoxFuture<'_, Ran> {
        match self.check_wait(statement.kind.access()) {
            Ok(()) => self.core.driver.run(statement, sink),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }

    fn check_wait(&self, access: Access) -> Result<()> {
        let driver = &*self.core.driver;
        if self_deadlock::held_by_caller(self.id(), |held| driver.excludes(held, access)) {
            return Err(self_deadlock::would_wait_for_itself());
        }
        Ok(())
    }

    /// Tells databases apart while they are open.
    fn id(&self) -> usize {
        Arc::as_ptr(&self.core).addr()
    }
}

impl sealed::Sealed for Db {}

impl Executor for Db {
    fn executor(&self) -> ExecutorRef<'_> {
        ExecutorRef { db: self, session: None }
    }
}

/// A database about to be opened.
#[derive(Debug)]
#[must_use = "call `build` to get the database"]
pub struct DbBuilder {
    driver: Box<dyn Driver>,
    plugins: Vec<Arc<dyn Plugin>>,
    tables: Vec<&'static TableMeta>,
    clock: Box<dyn Clock>,
}

impl DbBuilder {
    /// Adds a plugin. The order of calls does not matter: plugins run by dependency, then priority, then name.
    pub fn plugin(mut self, plugin: impl Plugin) -> DbBuilder {
        self.plugins.push(Arc::new(plugin));
        self
    }

    /// Describes a table, for references to it that no typed table stands behind.
    pub fn table(mut self, table: &'static TableMeta) -> DbBuilder {
        self.tables.push(table);
        self
    }

    /// Describes tables, for references to them that no typed table stands behind.
    pub fn tables(mut self, tables: impl IntoIterator<Item = &'static TableMeta>) -> DbBuilder {
        self.tables.extend(tables);
        self
    }

    /// Takes the instant of each statement from `clock` instead of the operating system.
    pub fn clock(mut self, clock: impl Clock) -> DbBuilder {
        self.clock = Box::new(clock);
        self
    }

    /// The database.
    ///
    /// # Errors
    /// When plugins do not go together: one twice, a dependency missing, a conflict, a cycle.
    pub fn build(self) -> Result<Db> {
        let plugins = PluginSet::new(self.plugins, &self.tables, self.driver.dialect())?;
        Ok(Db::of(self.driver, plugins, self.clock))
    }
}
