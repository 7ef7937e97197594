//! A connection and the few statements that the driver itself runs on it: begin, commit, rollback.
//!
//! Runs on the calling thread and knows nothing of pools or tasks.

use super::open::{Installed, Role, connect, plain, set_up};
use super::wal;
use super::watchdog::{STEPS, Watch, Watchdog};
use crate::options::{Location, SqliteOptions};
use kysera_core::{ErrorKind, Result};
use kysera_sql::dialect::Sqlite;
use rusqlite::Connection;
use rusqlite::limits::Limit;
use std::cell::Cell;
use std::sync::Arc;

/// A connection of the client, and what watches what runs on it.
pub(crate) struct RawConnection {
    pub(crate) conn: Connection,
    pub(crate) watchdog: Arc<Watchdog>,
    role: Role,
    /// True while a read-only transaction forbids writes on a connection that may write.
    query_only: Cell<bool>,
    /// Changes made before the transaction began, to tell how much there is to undo.
    changes_before: Cell<u64>,
    /// Pages in the write-ahead log after the last commit; 0 once they were looked at.
    pub(crate) frames: Cell<u32>,
    /// True while a task is noted as its holder.
    pub(crate) has_holder: Cell<bool>,
}

/// A transaction with more changes than this is rolled back on the blocking pool.
const MANY_CHANGES: u64 = 1000;

impl RawConnection {
    /// Opens a connection. Blocks.
    pub(crate) fn open(options: &SqliteOptions, role: Role) -> Result<RawConnection> {
        let mut conn = connect(options)?;
        set_up(&mut conn, options, role).map_err(|error| match &options.location {
            Location::File(path) if error.kind() == ErrorKind::Storage => {
                error.with_hint(format!("{}", path.display()))
            }
            _ => error,
        })?;
        let watchdog = Arc::new(Watchdog::new(options.budget));
        watchdog.set_interrupt_handle(conn.get_interrupt_handle());
        let watched = Arc::clone(&watchdog);
        let installed = conn.progress_handler(STEPS, Some(move || watched.must_stop()));
        Installed::into_result(installed).map_err(plain)?;
        Ok(RawConnection {
            conn,
            watchdog,
            role,
            query_only: Cell::new(false),
            changes_before: Cell::new(0),
            frames: Cell::new(0),
            has_holder: Cell::new(false),
        })
    }

    /// What the connection is for.
    pub(crate) fn role(&self) -> Role {
        self.role
    }

    /// What this SQLite can do, with the limits of this connection.
    pub(crate) fn dialect(&self) -> Sqlite {
        let n = rusqlite::version_number();
        let part = |n: i32| u32::try_from(n % 1000).unwrap_or(0);
        let dialect = Sqlite::version((part(n / 1_000_000), part(n / 1000), part(n)));
        let limit = |limit| self.conn.limit(limit).ok().and_then(|most| usize::try_from(most).ok());
        let dialect = match limit(Limit::SQLITE_LIMIT_FUNCTION_ARG) {
            Some(most) => dialect.function_args(most),
            None => dialect,
        };
        match limit(Limit::SQLITE_LIMIT_VARIABLE_NUMBER) {
            Some(most) => dialect.params(most),
            None => dialect,
        }
    }

    pub(crate) fn is_autocommit(&self) -> bool {
        self.conn.is_autocommit()
    }

    /// Runs a statement of our own, such as `commit`.
    pub(crate) fn exec(&self, sql: &str) -> Result<()> {
        self.watchdog.watch(Watch::Off);
        let mut statement = self.conn.prepare_cached(sql).map_err(plain)?;
        let ran = statement.raw_execute().map_err(plain);
        self.take_frames();
        ran.map(|_| ())
    }

    pub(crate) fn begin(&self, read_only: bool) -> Result<()> {
        if read_only {
            self.set_query_only(true)?;
            return self.exec("begin deferred").inspect_err(|_| self.allow_writes());
        }
        self.exec("begin immediate")?;
        self.changes_before.set(self.conn.total_changes());
        Ok(())
    }

    pub(crate) fn commit(&self) -> Result<()> {
        self.exec("commit")?;
        self.allow_writes();
        Ok(())
    }

    /// Rolls back, if anything is open.
    pub(crate) fn rollback(&self) -> Result<()> {
        let done = if self.is_autocommit() { Ok(()) } else { self.exec("rollback") };
        self.allow_writes();
        done
    }

    /// True when a rollback would take long.
    pub(crate) fn has_much_to_undo(&self) -> bool {
        !self.is_autocommit() && self.conn.total_changes() - self.changes_before.get() > MANY_CHANGES
    }

    /// True when the last user left no transaction open and no setting changed.
    pub(crate) fn is_clean(&self) -> bool {
        self.is_autocommit() && !self.query_only.get()
    }

    /// Notes how long the write-ahead log is after a commit on this thread.
    pub(crate) fn take_frames(&self) {
        if self.role == Role::Writer
            && let Some(frames) = wal::take_length()
        {
            self.frames.set(frames);
        }
    }

    fn allow_writes(&self) {
        // It only clears a flag of the connection, so there is nothing that could fail but memory.
        if let Err(error) = self.set_query_only(false) {
            tracing::warn!(%error, "a connection could not be set back to writing");
        }
    }

    // Such a pragma takes effect when it is prepared, so a cached statement would do nothing the second time
    // (pragma.html). Readers are always read-only.
    fn set_query_only(&self, on: bool) -> Result<()> {
        if self.role == Role::Reader || self.query_only.get() == on {
            return Ok(());
        }
        self.conn
            .execute_batch(if on { "pragma query_only = 1" } else { "pragma query_only = 0" })
            .map_err(plain)?;
        self.query_only.set(on);
        Ok(())
    }
}
