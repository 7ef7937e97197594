//! The options: where the database is, how its connections are set up, and how many there are. Opens nothing.

use kysera_core::pool::PoolOptions;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How to open a database: [`Sqlite::connect`](crate::Sqlite::connect) does.
///
/// # Examples
/// ```
/// use kysera_sqlite::{SqliteOptions, Synchronous};
/// use std::time::Duration;
///
/// let options = SqliteOptions::file("app.db")
///     .create(false)
///     .synchronous(Synchronous::Full)
///     .busy_timeout(Duration::from_secs(2))
///     .on_connect(|conn| conn.execute_batch("attach 'other.db' as other"));
///
/// let from_url: SqliteOptions = "sqlite:app.db?mode=rw&synchronous=full&busy_timeout=2s".parse()?;
/// assert!("sqlite:app.db?mod=rw".parse::<SqliteOptions>().is_err());
/// # Ok::<(), kysera_core::Error>(())
/// ```
///
/// # URL parameters
/// | parameter | values | default |
/// |---|---|---|
/// | `mode` | `ro`: read only; `rw`: must be there; `rwc`: made when missing; `memory`: in memory | `rwc` |
/// | `busy_timeout` | a time | 5 s |
/// | `budget` | a time | 500 µs |
/// | `journal` | `wal`, `delete`, `truncate`, `persist` | `wal` |
/// | `synchronous` | `off`, `normal`, `full`, `extra` | `normal` |
/// | `foreign_keys` | `true`, `false` | `true` |
/// | `exclusive` | `true`, `false` | `false` |
/// | `statement_cache` | a number of statements; 0 keeps none | 256 |
/// | `checkpoint_pages` | a number of pages | 1000 |
/// | `journal_size_limit` | a number of bytes, or `none` | 64 MiB |
/// | `pool_max`, .. | those of [`PoolOptions`], for the readers | as many as cores |
///
/// A time is a number of seconds, or a number with `ms`, `s`, `m` or `h`.
#[derive(Clone)]
#[must_use = "options do nothing until they are opened"]
pub struct SqliteOptions {
    pub(crate) location: Location,
    pub(crate) pool: PoolOptions,
    pub(crate) budget: Duration,
    pub(crate) busy_timeout: Duration,
    pub(crate) journal: Journal,
    pub(crate) synchronous: Synchronous,
    pub(crate) foreign_keys: bool,
    pub(crate) statement_cache: usize,
    pub(crate) create: bool,
    pub(crate) read_only: bool,
    pub(crate) exclusive: bool,
    pub(crate) checkpoint_pages: u32,
    pub(crate) journal_size_limit: Option<u64>,
    pub(crate) on_connect: Option<OnConnect>,
}

/// Where the database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    Memory,
    File(PathBuf),
}

pub(crate) type OnConnect = Arc<dyn Fn(&mut rusqlite::Connection) -> rusqlite::Result<()> + Send + Sync>;

/// How SQLite keeps a transaction undoable (`pragma journal_mode`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Journal {
    /// A write-ahead log: readers and the writer do not wait for each other.
    #[default]
    Wal,
    /// A rollback journal, deleted after each transaction. For network file systems, where WAL does not work.
    Delete,
    /// A rollback journal, truncated after each transaction.
    Truncate,
    /// A rollback journal, overwritten after each transaction.
    Persist,
}

/// How often SQLite waits for the disk (`pragma synchronous`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Synchronous {
    /// Never: a power cut may damage the database. For what can be made again.
    Off,
    /// At checkpoints. With WAL a power cut may lose the last transactions but never damages the database.
    #[default]
    Normal,
    /// At each commit: a committed transaction survives a power cut. Commits take milliseconds.
    Full,
    /// As `Full`, and the directory too.
    Extra,
}

impl SqliteOptions {
    /// A database in memory, private to the driver and gone with it.
    pub fn memory() -> Self {
        SqliteOptions::at(Location::Memory)
    }

    /// A database in a file. As everywhere with SQLite, `:memory:` means [`SqliteOptions::memory`].
    pub fn file(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        if path == Path::new(":memory:") {
            return SqliteOptions::memory();
        }
        SqliteOptions::at(Location::File(path.to_path_buf()))
    }

    /// The same in memory.
    pub(crate) fn in_memory(mut self) -> Self {
        self.location = Location::Memory;
        self
    }

    fn at(location: Location) -> Self {
        SqliteOptions {
            location,
            pool: PoolOptions::default()
                .max_connections(std::thread::available_parallelism().map_or(2, usize::from))
                .idle_timeout(None),
            budget: Duration::from_micros(500),
            busy_timeout: Duration::from_secs(5),
            journal: Journal::default(),
            synchronous: Synchronous::default(),
            foreign_keys: true,
            statement_cache: 256,
            create: true,
            read_only: false,
            exclusive: false,
            checkpoint_pages: 1000,
            journal_size_limit: Some(64 * 1024 * 1024),
            on_connect: None,
        }
    }

    /// The settings of the pool of connections that read beside the writing one; of the writing one only the time limits
    /// and `max_waiting` apply, since there is always one. Unless said, there are as many readers as cores, opened when
    /// first needed, and they are never closed for being idle.
    pub fn pool(mut self, pool: PoolOptions) -> Self {
        self.pool = pool;
        self
    }

    /// How many connections read beside the writing one; the number of cores unless said. Opened when first needed.
    pub fn readers(mut self, readers: usize) -> Self {
        self.pool.max_connections = readers.max(1);
        self
    }

    /// How long a query may hold the calling task before it is started again on the blocking pool; 500 µs.
    pub fn budget(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    /// How long to wait for another process that holds the database's lock; 5 s.
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// How long to wait for a connection; 30 s. The error is `SelfDeadlock` when the waiting task itself holds the only
    /// connection that could serve it, else `PoolTimeout`.
    pub fn acquire_timeout(mut self, timeout: Duration) -> Self {
        self.pool.acquire_timeout = timeout;
        self
    }

    /// The journal; [`Journal::Wal`]. A database opened read-only keeps the one it has.
    pub fn journal(mut self, journal: Journal) -> Self {
        self.journal = journal;
        self
    }

    /// How often to wait for the disk; [`Synchronous::Normal`].
    pub fn synchronous(mut self, synchronous: Synchronous) -> Self {
        self.synchronous = synchronous;
        self
    }

    /// Whether foreign keys are enforced; they are unless this says no.
    pub fn foreign_keys(mut self, enforced: bool) -> Self {
        self.foreign_keys = enforced;
        self
    }

    /// The most statements that stay prepared on each connection (256); 0 keeps none.
    pub fn statement_cache(mut self, statements: usize) -> Self {
        self.statement_cache = statements;
        self
    }

    /// Whether a missing file is made; it is unless this says no. Its directory is never made.
    pub fn create(mut self, create: bool) -> Self {
        self.create = create;
        self
    }

    /// Opens the file for reading only.
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }

    /// Locks the file for this process alone, with one connection for reads and writes. Point reads are then as fast
    /// as in memory: they take no lock each time.
    pub fn exclusive(mut self, exclusive: bool) -> Self {
        self.exclusive = exclusive;
        self
    }

    /// After how many pages in the write-ahead log to copy them into the database, in the background; 1000.
    pub fn checkpoint_pages(mut self, pages: u32) -> Self {
        self.checkpoint_pages = pages.max(1);
        self
    }

    /// To how many bytes the file of the write-ahead log, or of the rollback journal, is cut when it starts over (64 MiB);
    /// `None` lets it keep the largest size that it ever had. It grows past the limit while a long reader holds it.
    pub fn journal_size_limit(mut self, bytes: Option<u64>) -> Self {
        self.journal_size_limit = bytes;
        self
    }

    /// Called with every new connection before anything else: to give a key, register functions and collations, attach
    /// databases, set pragmas. The settings of these options come after it, as do the progress handler, the busy
    /// timeout and the WAL hook, which are the driver's.
    ///
    /// ```
    /// # use kysera_sqlite::{rusqlite, SqliteOptions};
    /// let options = SqliteOptions::memory().on_connect(|conn| conn.execute_batch("pragma cache_size = -20000"));
    /// ```
    pub fn on_connect<F>(mut self, set_up: F) -> Self
    where
        F: Fn(&mut rusqlite::Connection) -> rusqlite::Result<()> + Send + Sync + 'static,
    {
        self.on_connect = Some(Arc::new(set_up));
        self
    }

    /// True when one connection serves reads and writes.
    pub(crate) fn is_single(&self) -> bool {
        self.exclusive || self.location == Location::Memory
    }

    /// True when a commit does not wait for the disk.
    pub(crate) fn commits_at_once(&self) -> bool {
        self.location == Location::Memory
            || self.journal == Journal::Wal
                && matches!(self.synchronous, Synchronous::Off | Synchronous::Normal)
    }

    /// True when statements inside a transaction do not wait for the disk, which only the commit then does.
    pub(crate) fn writes_at_once(&self) -> bool {
        self.location == Location::Memory || self.journal == Journal::Wal
    }

    /// True when the driver copies the write-ahead log itself.
    pub(crate) fn checkpoints(&self) -> bool {
        self.location != Location::Memory && self.journal == Journal::Wal && !self.read_only
    }
}

impl fmt::Debug for SqliteOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteOptions")
            .field("location", &self.location)
            .field("pool", &self.pool)
            .field("budget", &self.budget)
            .field("busy_timeout", &self.busy_timeout)
            .field("journal", &self.journal)
            .field("synchronous", &self.synchronous)
            .field("foreign_keys", &self.foreign_keys)
            .field("statement_cache", &self.statement_cache)
            .field("create", &self.create)
            .field("read_only", &self.read_only)
            .field("exclusive", &self.exclusive)
            .field("checkpoint_pages", &self.checkpoint_pages)
            .field("journal_size_limit", &self.journal_size_limit)
            .finish_non_exhaustive()
    }
}
