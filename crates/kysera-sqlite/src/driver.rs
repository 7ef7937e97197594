//! The driver: opens the database, and fulfils the contract of the core with what `statement`, `stream` and
//! `transaction` do.

use crate::connection::SqliteConnection;
use crate::database::Database;
use crate::options::SqliteOptions;
use crate::raw::Role;
use crate::statement::try_on;
use crate::stream;
use crate::yield_now;
use kysera_core::Result;
use kysera_core::driver::{Attempt, BoxFuture, Connection, Driver, Ran, RowStream, TransactionOptions};
use kysera_core::pool::PoolStatus;
use kysera_sql::compiled::{Access, Compiled, StatementKind};
use kysera_sql::dialect::Dialect;
use kysera_sql::row::RowSink;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// An SQLite database.
///
/// # Transactions
/// SQLite is serializable, which is at least as strong as any isolation level that can be asked for, so each is
/// honoured. A transaction that may write takes the write lock when it begins and waits for it then; a read-only one
/// sees the state of its first statement throughout. A transaction whose statement was dropped half way refuses to go
/// on; rolling back to a savepoint before that statement mends it, when SQLite has not ended it by itself.
///
/// # Streams
/// A long stream of a file holds a thread of its own until it ends or is dropped. A stream of a database in memory,
/// outside a transaction, is read as fast as it goes: its only connection is free again as soon as all rows are read, and
/// those not taken yet are kept in memory.
///
/// # Raw SQL
/// SQLite tells whether raw SQL only reads; it then runs on a reading connection, and waits for no write. Raw SQL always
/// runs on the writing connection when it asks for what that did last (`changes()`, `last_insert_rowid()`), and once raw
/// SQL has made a temporary table, attached a database or set a pragma there. `SqliteOptions::on_connect` sets all
/// connections up alike.
///
/// # Lifetime
/// Clones share the connections. Needs no particular runtime flavour; waiting for locks and for a connection needs
/// tokio's timer (`enable_time`). Dropping the last clone closes the database on the calling thread, which copies the
/// rest of the write-ahead log; [`Driver::close`] does so on the blocking pool.
#[derive(Clone)]
pub struct Sqlite {
    database: Arc<Database>,
}

impl Sqlite {
    /// Opens a database.
    ///
    /// # Examples
    /// ```
    /// use kysera_sqlite::{Sqlite, SqliteOptions};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> kysera_core::Result<()> {
    /// let driver = Sqlite::connect(SqliteOptions::memory().foreign_keys(false)).await?;
    /// let by_url = Sqlite::connect("sqlite::memory:?foreign_keys=false".parse()?).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `DatabaseNotFound` when the file is missing and may not be made, `ConnectionFailed` when it cannot be opened,
    /// `Storage` when it is not a database, `LockNotAvailable` when another process holds it for too long,
    /// `Configuration` when the journal cannot be had or the options make no sense.
    pub async fn connect(options: SqliteOptions) -> Result<Sqlite> {
        options.pool.check()?;
        Ok(Sqlite { database: Database::open(options).await? })
    }

    /// Opens the database that a URL names, or the file of a path, which is made when it is missing. What begins with
    /// `sqlite:` is a [URL](SqliteOptions#url-parameters); [`SqliteOptions::file`] takes any path.
    ///
    /// # Examples
    /// ```
    /// use kysera_sqlite::Sqlite;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> kysera_core::Result<()> {
    /// # let folder = tempfile::tempdir().expect("a temporary folder");
    /// # let path = folder.path().join("app.db");
    /// let in_a_file = Sqlite::open(&path).await?;
    /// let in_memory = Sqlite::open("sqlite::memory:").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `Configuration` when the URL cannot be read; those of [`connect`](Sqlite::connect).
    pub async fn open(url_or_path: impl AsRef<Path>) -> Result<Sqlite> {
        let path = url_or_path.as_ref();
        let options = match path.to_str() {
            Some(url) if url.starts_with("sqlite:") || url.contains("://") => url.parse()?,
            _ => SqliteOptions::file(path),
        };
        Sqlite::connect(options).await
    }

    /// A database in memory, private to this driver and gone with it.
    ///
    /// It has one connection: inside a transaction use `tx`, since `db` would wait for the transaction to end.
    ///
    /// # Errors
    /// When SQLite cannot be set up, as without memory.
    pub fn memory() -> Result<Sqlite> {
        Ok(Sqlite { database: Database::open_single(SqliteOptions::memory())? })
    }

    /// How many connections there are, and what has happened to them: the writer and the readers together.
    pub fn status(&self) -> PoolStatus {
        self.database.status()
    }

    /// The same of the writing connection alone. In memory it is the only one.
    pub fn writer_status(&self) -> PoolStatus {
        self.database.writer_status()
    }
}

impl Driver for Sqlite {
    fn dialect(&self) -> &dyn Dialect {
        self.database.dialect()
    }

    fn try_run(&self, statement: &Compiled, sink: &mut dyn RowSink) -> Attempt {
        if yield_now::is_due() {
            return Attempt::WouldBlock;
        }
        let role = match statement.kind {
            StatementKind::Raw => self.database.raw_role(statement),
            kind => self.database.role(kind.access()),
        };
        match self.database.try_borrow(role) {
            Some(connection) => try_on(&connection, &self.database, statement, sink, false),
            None => Attempt::WouldBlock,
        }
    }

    fn access(&self, statement: &Compiled) -> Access {
        match statement.kind {
            StatementKind::Raw => self.database.raw_access(statement),
            kind => kind.access(),
        }
    }

    fn acquire(&self, access: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        Box::pin(async move {
            let pooled = self.database.acquire(self.database.role(access)).await?;
            let conn: Box<dyn Connection> =
                Box::new(SqliteConnection::new(Arc::clone(&self.database), pooled));
            Ok(conn)
        })
    }

    fn excludes(&self, held: Access, wanted: Access) -> bool {
        self.database.role(held) == Role::Writer && self.database.role(wanted) == Role::Writer
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let database = Arc::clone(&self.database);
            match tokio::runtime::Handle::try_current() {
                Ok(runtime) => drop(runtime.spawn_blocking(move || database.close_now()).await),
                Err(_) => database.close_now(),
            }
            self.database.drained().await;
        })
    }
}

impl Connection for SqliteConnection {
    fn try_run(&mut self, statement: &Compiled, sink: &mut dyn RowSink) -> Attempt {
        self.try_at_once(statement, sink)
    }

    fn run(&mut self, statement: Compiled, sink: Box<dyn RowSink>) -> BoxFuture<'_, Ran> {
        Box::pin(self.run_to_end(statement, sink))
    }

    fn stream(&mut self, statement: Compiled) -> BoxFuture<'_, Result<Box<dyn RowStream + '_>>> {
        Box::pin(stream::open(self, statement))
    }

    fn run_script<'c>(&'c mut self, sql: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(self.script(sql.to_owned()))
    }

    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.begin_transaction(options))
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.commit_transaction())
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.rollback_transaction())
    }

    fn savepoint<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(self.set_savepoint(name))
    }

    fn release<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(self.release_savepoint(name))
    }

    fn rollback_to<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(self.rollback_to_savepoint(name))
    }
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite").field("options", &self.database.options).finish_non_exhaustive()
    }
}
