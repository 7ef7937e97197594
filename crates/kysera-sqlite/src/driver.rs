//! The driver: opens the database and hands connections out.

use crate::connection::{SqliteConnection, try_on};
use crate::options::SqliteOptions;
use crate::pool::{self, Shared};
use crate::raw::connection::{RawConnection, Role};
use crate::yield_now;
use kysera_core::Result;
use kysera_core::driver::{Attempt, BoxFuture, Connection, Driver};
use kysera_sql::compiled::{Access, Compiled};
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
/// A long stream of a file holds a thread of its own until it ends or is dropped. A stream of a database in memory is
/// read on ahead of whoever takes its rows, unless it is in a transaction: its only connection is free again as soon as all
/// rows are read, and those not taken yet are kept in memory.
///
/// # Lifetime
/// Clones share the connections. Needs no particular runtime flavour; waiting for locks and for a connection needs
/// tokio's timer (`enable_time`). Dropping the last clone closes the database on the calling thread, which copies the
/// rest of the write-ahead log; [`Driver::close`] does so on the blocking pool.
#[derive(Clone)]
pub struct Sqlite {
    shared: Arc<Shared>,
}

impl Sqlite {
    /// A database in memory, private to this driver and gone with it.
    ///
    /// It has one connection: inside a transaction use `tx`, since `db` would wait for the transaction to end.
    ///
    /// # Errors
    /// When SQLite cannot be set up, as without memory.
    pub fn memory() -> Result<Sqlite> {
        let options = SqliteOptions::memory();
        let raw = RawConnection::open(&options, Role::Writer)?;
        Ok(Sqlite { shared: Shared::new(options, raw) })
    }

    /// The database in a file, which is made when it is missing. [`SqliteOptions`] for anything else.
    ///
    /// # Errors
    /// As [`SqliteOptions::open`].
    pub async fn open(path: impl AsRef<Path>) -> Result<Sqlite> {
        SqliteOptions::file(path).open().await
    }

    /// The database that a URL names: `sqlite::memory:`, `sqlite:path?mode=ro`; see [`SqliteOptions::url`].
    ///
    /// # Errors
    /// As [`SqliteOptions::url`] and [`SqliteOptions::open`].
    pub async fn connect(url: &str) -> Result<Sqlite> {
        SqliteOptions::url(url)?.open().await
    }

    pub(crate) async fn open_with(options: SqliteOptions) -> Result<Sqlite> {
        let raw = pool::open(options.clone(), Role::Writer).await?;
        Ok(Sqlite { shared: Shared::new(options, raw) })
    }
}

impl Driver for Sqlite {
    fn dialect(&self) -> &dyn Dialect {
        self.shared.dialect()
    }

    fn try_run(&self, statement: &Compiled, sink: &mut dyn RowSink) -> Attempt {
        if yield_now::is_due() {
            return Attempt::WouldBlock;
        }
        let role = self.shared.role(statement.kind.access());
        match self.shared.try_borrow(role) {
            Some(raw) => try_on(&raw, &self.shared, statement, sink, false),
            None => Attempt::WouldBlock,
        }
    }

    fn acquire(&self, access: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        Box::pin(async move {
            let pooled = self.shared.acquire(self.shared.role(access)).await?;
            let conn: Box<dyn Connection> = Box::new(SqliteConnection::new(Arc::clone(&self.shared), pooled));
            Ok(conn)
        })
    }

    fn excludes(&self, held: Access, wanted: Access) -> bool {
        self.shared.role(held) == Role::Writer && self.shared.role(wanted) == Role::Writer
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let shared = Arc::clone(&self.shared);
            match tokio::runtime::Handle::try_current() {
                Ok(runtime) => drop(runtime.spawn_blocking(move || shared.close()).await),
                Err(_) => shared.close(),
            }
        })
    }
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite").field("options", &self.shared.options).finish_non_exhaustive()
    }
}
