//! One connection with what watches it. Runs on whatever thread it is on; knows nothing of pools or tasks.

use crate::checkpoint;
use crate::error::from_client;
use crate::options::{Journal, Location, SqliteOptions, Synchronous};
use crate::raw::watchdog::{STEPS, Watch, Watchdog};
use kysera_core::{Error, ErrorKind, Result};
use kysera_sql::dialect::Sqlite;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};
use std::borrow::Cow;
use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Writes, and reads inside write transactions. The only one of a database in memory.
    Writer,
    /// Reads only.
    Reader,
}

pub(crate) struct RawConnection {
    pub(crate) conn: Connection,
    pub(crate) watchdog: Arc<Watchdog>,
    role: Role,
    /// True while a read-only transaction forbids writes on a connection that may write.
    query_only: Cell<bool>,
    /// Changes made before the transaction began, to tell how much there is to undo.
    changes_before: Cell<u64>,
    /// Pages in the write-ahead log after the last commit, until someone takes note.
    pub(crate) frames: Cell<u32>,
}

/// A transaction with more changes than this is rolled back on the blocking pool.
const MUCH: u64 = 1000;

impl RawConnection {
    /// Opens a connection. Blocks.
    pub(crate) fn open(options: &SqliteOptions, role: Role) -> Result<Box<RawConnection>> {
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
        Ok(Box::new(RawConnection {
            conn,
            watchdog,
            role,
            query_only: Cell::new(false),
            changes_before: Cell::new(0),
            frames: Cell::new(0),
        }))
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
        !self.is_autocommit() && self.conn.total_changes() - self.changes_before.get() > MUCH
    }

    /// True when the next user finds nothing of the last one.
    pub(crate) fn is_clean(&self) -> bool {
        self.is_autocommit() && !self.query_only.get()
    }

    /// After a commit on this thread: how long the write-ahead log is now.
    pub(crate) fn take_frames(&self) {
        if self.role == Role::Writer
            && let Some(frames) = checkpoint::frames_on_this_thread()
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

    // A pragma of this kind acts when it is prepared, so a cached statement would do nothing the second time
    // (pragma.html). Readers are read-only for good.
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

fn plain(error: rusqlite::Error) -> Error {
    from_client(error, "")
}

/// Opens a connection as the user wants it, which comes before everything else: it may be a key.
pub(crate) fn connect(options: &SqliteOptions) -> Result<Connection> {
    let mut conn = match &options.location {
        Location::Memory => Connection::open_in_memory().map_err(plain)?,
        Location::File(path) => connect_file(path, options)?,
    };
    // The client's default would wait on the thread, already for the pragmas below.
    conn.busy_timeout(Duration::ZERO).map_err(plain)?;
    // Without this, SQLite reads a misspelt "column" as a text (quirks.html, "double-quoted string literals").
    for setting in [DbConfig::SQLITE_DBCONFIG_DQS_DML, DbConfig::SQLITE_DBCONFIG_DQS_DDL] {
        conn.set_db_config(setting, false).map_err(plain)?;
    }
    if let Some(set_up) = &options.on_connect {
        set_up(&mut conn).map_err(plain)?;
    }
    Ok(conn)
}

fn connect_file(path: &Path, options: &SqliteOptions) -> Result<Connection> {
    let mut flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
    flags |=
        if options.read_only { OpenFlags::SQLITE_OPEN_READ_ONLY } else { OpenFlags::SQLITE_OPEN_READ_WRITE };
    if options.create && !options.read_only {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    if path.as_os_str().is_empty() {
        // SQLite would make a temporary database, one for each connection (c3ref/open.html).
        return Err(Error::new(ErrorKind::Configuration, "the path of the database is empty"));
    }
    Connection::open_with_flags(plain_path(path), flags).map_err(|error| cannot_open(plain(error), path))
}

/// The bundled library reads a path that begins with `file:` as a URI with parameters (c3ref/open.html); ours are paths.
fn plain_path(path: &Path) -> Cow<'_, Path> {
    if path.as_os_str().as_encoded_bytes().starts_with(b"file:") {
        return Cow::Owned(Path::new(".").join(path));
    }
    Cow::Borrowed(path)
}

fn cannot_open(error: Error, path: &Path) -> Error {
    if error.kind() != ErrorKind::ConnectionFailed {
        return error;
    }
    let shown = path.display();
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let code = error.code().unwrap_or_default().to_owned();
    let error = if directory.is_some_and(|directory| !directory.exists()) {
        Error::new(ErrorKind::ConnectionFailed, format!("cannot open {shown}: its directory does not exist"))
            .with_hint("create the directory first")
    } else if !path.exists() {
        Error::new(ErrorKind::DatabaseNotFound, format!("the database file {shown} does not exist"))
            .with_hint("check the path, or open it with create(true)")
    } else {
        Error::new(ErrorKind::ConnectionFailed, format!("cannot open {shown}"))
            .with_hint("check that it is a file, and that it and its directory may be read and written")
    };
    error.with_code(code)
}

fn set_up(conn: &mut Connection, options: &SqliteOptions, role: Role) -> Result<()> {
    // Waiting is ours, and asynchronous (`busy`), whatever the user's hook has set.
    conn.busy_timeout(Duration::ZERO).map_err(plain)?;
    if let Location::File(_) = options.location {
        set_up_file(conn, options, role)?;
    }
    conn.set_prepared_statement_cache_capacity(options.statement_cache);
    pragma(conn, if options.foreign_keys { "foreign_keys = 1" } else { "foreign_keys = 0" })?;
    if role == Role::Reader {
        pragma(conn, "query_only = 1")?;
    } else if options.checkpoints() {
        checkpoint::count_frames(conn).map_err(plain)?;
    }
    Ok(())
}

// Of the main database only: these pragmas would else change those that the user's hook has attached too.
fn set_up_file(conn: &Connection, options: &SqliteOptions, role: Role) -> Result<()> {
    if options.exclusive {
        pragma(conn, "main.locking_mode = exclusive")?;
    }
    if role == Role::Writer && !options.read_only {
        set_journal(conn, options.journal)?;
    } else {
        // The file is looked at only when it is first read: a file that is no database is told now.
        conn.query_row("pragma main.schema_version", [], |_| Ok(())).map_err(plain)?;
    }
    set_synchronous(conn, options.synchronous)
}

pub(crate) fn set_synchronous(conn: &Connection, synchronous: Synchronous) -> Result<()> {
    pragma(
        conn,
        match synchronous {
            Synchronous::Off => "main.synchronous = off",
            Synchronous::Normal => "main.synchronous = normal",
            Synchronous::Full => "main.synchronous = full",
            Synchronous::Extra => "main.synchronous = extra",
        },
    )
}

fn set_journal(conn: &Connection, journal: Journal) -> Result<()> {
    let wanted = match journal {
        Journal::Wal => "wal",
        Journal::Delete => "delete",
        Journal::Truncate => "truncate",
        Journal::Persist => "persist",
    };
    let set: String = conn
        .query_row(&format!("pragma main.journal_mode = {wanted}"), [], |row| row.get(0))
        .map_err(plain)?;
    if set == wanted {
        return Ok(());
    }
    // "If the journal mode could not be changed, the original journal mode is returned" (pragma.html).
    Err(Error::new(ErrorKind::Configuration, format!("the journal is {set} and cannot become {wanted}"))
        .with_hint("wal needs a local file system; ask for Journal::Delete elsewhere"))
}

fn pragma(conn: &Connection, setting: &str) -> Result<()> {
    conn.execute_batch(&format!("pragma {setting}")).map_err(plain)
}

/// What setting a hook returns: nothing in older clients, a result in newer ones.
pub(crate) trait Installed {
    fn into_result(self) -> rusqlite::Result<()>;
}

impl Installed for () {
    fn into_result(self) -> rusqlite::Result<()> {
        Ok(())
    }
}

impl Installed for rusqlite::Result<()> {
    fn into_result(self) -> rusqlite::Result<()> {
        self
    }
}
