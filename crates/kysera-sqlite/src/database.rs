//! What all users of a database share: its connections (one writer and some readers, or one for both), its settings and
//! the latency history of its statements.

use crate::checkpoint::Checkpoint;
use crate::history::History;
use crate::keyword::{asks_its_connection, changes_its_connection, first_word, may_read};
use crate::manager::{Common, Pooled, SqliteManager};
use crate::options::SqliteOptions;
use crate::raw::{self, RawConnection, Role};
use crate::yield_now::yield_if_due;
use kysera_core::Result;
use kysera_core::pool::{Borrowed, Hooks, Manager, Pool, PoolStatus};
use kysera_sql::compiled::{Access, Compiled};
use kysera_sql::dialect::Sqlite;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::runtime::Handle;

/// What all connections of a database share.
pub(crate) struct Database {
    pub(crate) options: SqliteOptions,
    pub(crate) history: History,
    dialect: Sqlite,
    // In this order, which is the order in which they are dropped: the last connection to close copies the write-ahead
    // log and removes it, so that should be the writer.
    /// None when the writer reads too.
    readers: Option<Pool<SqliteManager>>,
    common: Arc<Common>,
    /// True once raw SQL gave the writer what the readers do not have, such as a temporary table.
    writer_differs: AtomicBool,
    /// A pool of one connection.
    writer: Pool<SqliteManager>,
}

impl Database {
    /// Opens the writer, and as many readers as are always to be there.
    pub(crate) async fn open(options: SqliteOptions) -> Result<Arc<Database>> {
        let common = Database::common(options);
        let writer = SqliteManager::new(Role::Writer, Arc::clone(&common)).open().await?;
        let database = Database::with_writer(common, writer);
        if let Some(readers) = &database.readers
            && readers.options().min_connections > 0
        {
            drop(readers.acquire().await?);
        }
        Ok(database)
    }

    /// Opens a database that has one connection. Blocks.
    pub(crate) fn open_single(options: SqliteOptions) -> Result<Arc<Database>> {
        let common = Database::common(options);
        let writer = RawConnection::open(&common.options, Role::Writer)?;
        Ok(Database::with_writer(common, writer))
    }

    fn common(options: SqliteOptions) -> Arc<Common> {
        let checkpoint = Checkpoint::new(&options);
        Arc::new(Common { options, checkpoint, is_closed: AtomicBool::new(false) })
    }

    fn with_writer(common: Arc<Common>, connection: RawConnection) -> Arc<Database> {
        let options = common.options.clone();
        let dialect = connection.dialect();
        let pool = |role, settings| {
            Pool::new(SqliteManager::new(role, Arc::clone(&common)), settings, Hooks::default())
        };
        let single = options.pool.clone().max_connections(1).min_connections(0);
        let writer = pool(Role::Writer, single.idle_timeout(None).max_lifetime(None));
        writer.add(connection);
        let readers = (!options.is_single()).then(|| pool(Role::Reader, options.pool.clone()));
        let (history, writer_differs) = (History::new(), AtomicBool::new(false));
        Arc::new(Database { options, history, dialect, readers, common, writer_differs, writer })
    }

    pub(crate) fn dialect(&self) -> &Sqlite {
        &self.dialect
    }

    /// The access that raw SQL needs. SQLite says whether a statement only reads, once it is prepared.
    pub(crate) fn raw_access(&self, statement: &Compiled) -> Access {
        let (Some(readers), true) = (&self.readers, self.may_run_on_reader(statement)) else {
            return Access::Write;
        };
        let reads = match readers.try_acquire() {
            Some(reader) => raw::is_read(&reader, statement).unwrap_or(false),
            // `with` may begin a write, the others never do.
            None => first_word(&statement.sql).is_any(&["select", "values"]),
        };
        if reads { Access::Read } else { Access::Write }
    }

    /// The connection on which to try raw SQL at once. A reader refuses what writes before anything is done.
    pub(crate) fn raw_role(&self, statement: &Compiled) -> Role {
        if self.readers.is_some() && self.may_run_on_reader(statement) { Role::Reader } else { Role::Writer }
    }

    /// False when raw SQL writes, or would get another answer from a reader than from the writer.
    fn may_run_on_reader(&self, statement: &Compiled) -> bool {
        may_read(statement) && !self.writer_differs.load(Relaxed) && !asks_its_connection(&statement.sql)
    }

    /// Notes raw SQL that has run on the writer: readers may not have what it has set up there.
    pub(crate) fn note_raw(&self, sql: &str) {
        if self.readers.is_some() && !self.writer_differs.load(Relaxed) && changes_its_connection(sql) {
            tracing::debug!("raw sql changed the writing connection, which from now on runs all raw sql");
            self.writer_differs.store(true, Relaxed);
        }
    }

    /// The connection that serves an access.
    pub(crate) fn role(&self, access: Access) -> Role {
        if access == Access::Read && self.readers.is_some() { Role::Reader } else { Role::Writer }
    }

    /// Remembers whether a statement was short or long.
    pub(crate) fn note_latency(&self, statement: &Compiled, took: Duration) {
        if took < self.options.budget {
            self.history.note_short(&statement.sql);
        } else {
            self.history.note_long(&statement.sql);
        }
    }

    fn pool(&self, role: Role) -> &Pool<SqliteManager> {
        match (role, &self.readers) {
            (Role::Reader, Some(readers)) => readers,
            _ => &self.writer,
        }
    }

    /// A free connection for one synchronous call, at once or not at all.
    pub(crate) fn try_borrow(&self, role: Role) -> Option<Borrowed<'_, SqliteManager>> {
        self.pool(role).try_acquire()
    }

    /// A connection, when one is free.
    pub(crate) async fn acquire(&self, role: Role) -> Result<Pooled> {
        yield_if_due().await;
        let pooled = self.pool(role).acquire().await?;
        pooled.manager().note_holder(&pooled);
        Ok(pooled)
    }

    /// Both pools together.
    pub(crate) fn status(&self) -> PoolStatus {
        let writer = self.writer.status();
        self.readers.as_ref().map_or(writer, |readers| writer.plus(readers.status()))
    }

    /// The pool of the writer.
    pub(crate) fn writer_status(&self) -> PoolStatus {
        self.writer.status()
    }

    /// Closes what is idle; what is in use is closed when it comes back. Blocks.
    pub(crate) fn close_now(&self) {
        self.common.is_closed.store(true, Relaxed);
        if let Some(readers) = &self.readers {
            readers.close_now();
        }
        self.common.checkpoint.close();
        self.writer.close_now();
    }

    /// Waits until what was in use is closed too, for `close_timeout` at most.
    pub(crate) async fn drained(&self) {
        // Without anything to wait for it needs no timer.
        if self.status().open == 0 || Handle::try_current().is_err() {
            return;
        }
        let drained = async {
            if let Some(readers) = &self.readers {
                readers.close().await;
            }
            self.writer.close().await;
        };
        let _ = tokio::time::timeout(self.options.pool.close_timeout, drained).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::SqliteConnection;
    use crate::yield_now;
    use kysera_sql::compiled::{Facts, StatementKind};
    use kysera_sql::row::Discard;
    use std::future::{Future, poll_fn};
    use std::pin::pin;
    use std::task::Poll;

    fn single() -> Arc<Database> {
        Database::open_single(SqliteOptions::memory()).unwrap()
    }

    #[tokio::test]
    async fn a_task_that_hands_its_connection_over_lets_the_next_begin() {
        let database = single();
        drop(database.acquire(Role::Writer).await.unwrap());
        assert!(!yield_now::is_due(), "nobody waited");
        let pooled = database.acquire(Role::Writer).await.unwrap();
        let next = Arc::clone(&database);
        let next = tokio::spawn(async move { drop(next.acquire(Role::Writer).await.unwrap()) });
        tokio::task::yield_now().await;
        drop(pooled);
        assert!(yield_now::is_due());
        drop(database.acquire(Role::Writer).await.unwrap());
        assert!(next.is_finished() && !yield_now::is_due());
    }

    #[tokio::test]
    async fn nobody_yields_with_a_connection_that_others_wait_for() {
        let database = single();
        let pooled = database.acquire(Role::Writer).await.unwrap();
        let mut connection = SqliteConnection::new(Arc::clone(&database), pooled);
        yield_now::note_handover();
        let statement =
            Compiled::new("select 1", Vec::new(), StatementKind::Read, Facts::new().returning_rows());
        let mut ran = pin!(connection.run_to_end(statement, Box::new(Discard::default())));
        let done = poll_fn(|cx| Poll::Ready(ran.as_mut().poll(cx).is_ready())).await;
        assert!(done && yield_now::is_due(), "it yields before the next connection is taken");
    }
}
