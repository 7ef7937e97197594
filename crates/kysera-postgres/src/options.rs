//! How to reach a server and how to treat its connections. Reads libpq's addresses; opens nothing.

mod address;

use crate::raw_connection::RawConnection;
use crate::ssl::{NAMES, SslMode, SslOptions};
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_core::pool::{Hooks, PoolOptions};
use kysera_net::{KeepAlive, PasswordProvider, Reset, RootCertificates};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;
use tokio_postgres::Config;

/// How to reach a server and how to treat its connections.
///
/// # Examples
/// ```
/// use kysera_postgres::{PostgresOptions, SslMode};
/// let options: PostgresOptions = "postgres://ann:secret@db1,db2:5433/shop?sslmode=verify-full".parse()?;
/// let options = options.max_connections(20).application_name("shop").ssl_mode(SslMode::VerifyFull);
/// # Ok::<(), kysera_core::error::Error>(())
/// ```
#[derive(Clone)]
pub struct PostgresOptions {
    pub(crate) config: Config,
    pub(crate) session: Session,
    pub(crate) ssl: SslOptions,
    pub(crate) pool: PoolOptions,
    pub(crate) hooks: Hooks<RawConnection>,
    pub(crate) password_provider: Option<PasswordProvider>,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) keepalive: KeepAlive,
    pub(crate) prepare: bool,
    pub(crate) statement_cache: usize,
    pub(crate) reset: Reset,
    pub(crate) cancel_grace: Duration,
    pub(crate) resolve_commits: bool,
}

/// What the server must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Session {
    #[default]
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        PostgresOptions {
            config: Config::new(),
            session: Session::default(),
            ssl: SslOptions::default(),
            pool: PoolOptions::default(),
            hooks: Hooks::default(),
            password_provider: None,
            connect_timeout: Some(Duration::from_secs(10)),
            keepalive: KeepAlive::default(),
            prepare: true,
            statement_cache: 512,
            reset: Reset::default(),
            cancel_grace: Duration::from_millis(20),
            resolve_commits: false,
        }
    }
}

impl PostgresOptions {
    /// A server on this machine, as the user who runs this process.
    pub fn new() -> Self {
        PostgresOptions::default()
    }

    /// Adds a host: a name, an address, or the folder of a Unix socket. Hosts are tried in order.
    #[must_use = "returns the options"]
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.config.host(host);
        self
    }

    /// The port: one for all hosts, or one call for each.
    #[must_use = "returns the options"]
    pub fn port(mut self, port: u16) -> Self {
        self.config.port(port);
        self
    }

    /// The user; without one, the one who runs this process.
    #[must_use = "returns the options"]
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.config.user(user);
        self
    }

    /// The password. It never appears in messages.
    #[must_use = "returns the options"]
    pub fn password(mut self, password: impl AsRef<[u8]>) -> Self {
        self.config.password(password);
        self
    }

    /// The database; without one, that of the user's name.
    #[must_use = "returns the options"]
    pub fn database(mut self, database: impl Into<String>) -> Self {
        self.config.dbname(database);
        self
    }

    /// The name that the server shows in `pg_stat_activity` and in its log.
    #[must_use = "returns the options"]
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.config.application_name(name);
        self
    }

    /// Settings of the session as command-line options, such as `-c search_path=shop`. The time zone is UTC unless it is
    /// set here or in [`after_connect`](PostgresOptions::after_connect).
    #[must_use = "returns the options"]
    pub fn options(mut self, options: impl Into<String>) -> Self {
        self.config.options(options);
        self
    }

    /// The file (PEM) with the authorities that may sign the server's certificate, instead of the system's.
    #[must_use = "returns the options"]
    pub fn ssl_root_certificate(mut self, file: impl Into<PathBuf>) -> Self {
        self.ssl.certificates.root = Some(RootCertificates::File(file.into()));
        self
    }

    /// The same as text (PEM), where there is no file.
    #[must_use = "returns the options"]
    pub fn ssl_root_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.ssl.certificates.root = Some(RootCertificates::Pem(pem.into()));
        self
    }

    /// The most statements that stay prepared on each connection (512); 0 prepares none.
    #[must_use = "returns the options"]
    pub fn statement_cache(mut self, statements: usize) -> Self {
        self.statement_cache = statements;
        self
    }

    /// Whether statements may be prepared on the server (`true`). Set to `false` behind a proxy that gives each
    /// transaction another server connection and does not follow prepared statements (PgBouncer before 1.21).
    ///
    /// Then nothing is cancelled either, because such proxies may not survive that: a statement that goes on after its
    /// future was dropped costs its connection. And [`listen`](crate::Postgres::listen) is refused.
    #[must_use = "returns the options"]
    pub fn prepare(mut self, prepare: bool) -> Self {
        self.prepare = prepare;
        self
    }

    /// How long a statement whose future was dropped may go on before it is cancelled (20 ms).
    #[must_use = "returns the options"]
    pub fn cancel_grace(mut self, cancel_grace: Duration) -> Self {
        self.cancel_grace = cancel_grace;
        self
    }

    /// Whether the outcome of a commit whose answer was lost is asked on another connection (`false`), for 10 s at most.
    ///
    /// The commit is `Ok` only if the server has it and has neither crashed, stopped nor been replaced since: after a
    /// crash PostgreSQL gives the numbers of lost transactions out again. It is `RolledBack` if the server rolled it back
    /// or lost it, and `CommitUnknown` in every other case.
    ///
    /// Costs one more statement in the same round trip as the first write of each transaction, assigns it a transaction
    /// number, and one more round trip for each new connection. PostgreSQL 13 or newer; on a standby, and on servers
    /// that do not say when they were started, lost commits stay unknown.
    #[must_use = "returns the options"]
    pub fn resolve_commits(mut self, resolve: bool) -> Self {
        self.resolve_commits = resolve;
        self
    }

    /// How many statements stay prepared; `None` when none is prepared.
    pub(crate) fn prepared_statements(&self) -> Option<usize> {
        self.prepare.then_some(self.statement_cache)
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.pool.check()?;
        self.ssl.certificates.check(NAMES)?;
        let weak =
            matches!(self.ssl.mode, SslMode::Allow | SslMode::Prefer | SslMode::Require | SslMode::VerifyCa);
        if weak && matches!(self.ssl.certificates.root, Some(RootCertificates::System)) {
            // The system's authorities sign for everybody (manual, 34.1.2: sslrootcert).
            return Err(Error::new(
                ErrorKind::Configuration,
                "sslrootcert=system verifies nothing with this sslmode",
            )
            .with_hint("use sslmode=verify-full"));
        }
        Ok(())
    }
}

kysera_net::server_options! {
    PostgresOptions of RawConnection, encrypted by SslMode,
    imported by "use kysera_postgres::PostgresOptions;",
    set up by "set work_mem = '16MB'",
}

// The address may hold a password; `Config` hides it.
impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("config", &self.config)
            .field("keepalive", &self.keepalive)
            .field("ssl", &self.ssl)
            .field("pool", &self.pool)
            .field("prepare", &self.prepare)
            .field("statement_cache", &self.statement_cache)
            .field("reset", &self.reset)
            .finish_non_exhaustive()
    }
}
