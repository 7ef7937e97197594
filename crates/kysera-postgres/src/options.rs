//! How to reach a server and how to treat its connections. Reads libpq's addresses; opens nothing.

mod address;

use crate::raw_connection::RawConnection;
use crate::ssl::{RootCertificates, SslMode, SslOptions};
use kysera_core::driver::BoxFuture;
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_core::pool::{Hooks, PoolOptions};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
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
    pub(crate) prepare: bool,
    pub(crate) statement_cache: usize,
    pub(crate) reset: Reset,
    pub(crate) cancel_grace: Duration,
    pub(crate) resolve_commits: bool,
}

/// What is done to a session before somebody else gets its connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reset {
    /// It is reset when raw SQL ran in it or a command tag says that it was changed. Costs nothing otherwise.
    #[default]
    WhenChanged,
    /// It is always reset: one more round trip each time a connection comes back.
    Always,
    /// It is never reset: settings, locks and temporary tables stay for the next user. An open transaction is rolled
    /// back all the same.
    Never,
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
        let mut config = Config::new();
        keep_alive(&mut config);
        PostgresOptions {
            config,
            session: Session::default(),
            ssl: SslOptions::default(),
            pool: PoolOptions::default(),
            hooks: Hooks::default(),
            password_provider: None,
            connect_timeout: Some(Duration::from_secs(10)),
            prepare: true,
            statement_cache: 512,
            reset: Reset::default(),
            cancel_grace: Duration::from_millis(20),
            resolve_commits: false,
        }
    }
}

/// Where a password comes from that does not stay the same.
#[derive(Clone)]
pub(crate) struct PasswordProvider(
    pub(crate) Arc<dyn Fn() -> BoxFuture<'static, Result<String>> + Send + Sync>,
);

/// The client library waits for two hours before it asks a silent server. What an address says otherwise stays.
fn keep_alive(config: &mut Config) {
    if config.get_keepalives_idle() == Config::new().get_keepalives_idle() {
        config.keepalives_idle(Duration::from_secs(30));
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_interval(Duration::from_secs(10));
    }
    if config.get_keepalives_retries().is_none() {
        config.keepalives_retries(3);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(Duration::from_secs(30));
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

    /// Asks for the password before each new connection: for tokens that expire. An error is what the opening fails with.
    ///
    /// ```
    /// # use kysera_postgres::PostgresOptions;
    /// # async fn fresh_token() -> kysera_core::Result<String> { Ok(String::new()) }
    /// let options = PostgresOptions::new().host("db1").password_provider(|| Box::pin(fresh_token()));
    /// ```
    #[must_use = "returns the options"]
    pub fn password_provider<F>(mut self, provider: F) -> Self
    where
        F: Fn() -> BoxFuture<'static, Result<String>> + Send + Sync + 'static,
    {
        self.password_provider = Some(PasswordProvider(Arc::new(provider)));
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

    /// Whether and how connections are encrypted.
    #[must_use = "returns the options"]
    pub fn ssl_mode(mut self, mode: SslMode) -> Self {
        self.ssl.mode = mode;
        self
    }

    /// The file (PEM) with the authorities that may sign the server's certificate, instead of the system's.
    #[must_use = "returns the options"]
    pub fn ssl_root_certificate(mut self, file: impl Into<PathBuf>) -> Self {
        self.ssl.root = Some(RootCertificates::File(file.into()));
        self
    }

    /// The same as text (PEM), where there is no file.
    #[must_use = "returns the options"]
    pub fn ssl_root_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.ssl.root = Some(RootCertificates::Pem(pem.into()));
        self
    }

    /// The files (PEM) with the client's certificate and its key.
    #[must_use = "returns the options"]
    pub fn ssl_client_certificate(
        mut self,
        certificate: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Self {
        self.ssl.client_certificate = Some(certificate.into());
        self.ssl.client_key = Some(key.into());
        self
    }

    /// How long one attempt to connect to one address may take, the login included (10 s).
    #[must_use = "returns the options"]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// After so long without data the system asks the server whether it is still there (30 s), three times at most and
    /// every 10 s. A Unix socket needs none of that.
    #[must_use = "returns the options"]
    pub fn keepalive(mut self, idle: Duration) -> Self {
        self.config.keepalives(true).keepalives_idle(idle);
        self
    }

    /// How long what was sent may stay unconfirmed before the system gives the connection up (30 s). On Linux; elsewhere
    /// it changes nothing.
    #[must_use = "returns the options"]
    pub fn tcp_user_timeout(mut self, timeout: Duration) -> Self {
        self.config.tcp_user_timeout(timeout);
        self
    }

    /// The settings of the pool, all of them. For the common ones there are methods here too.
    #[must_use = "returns the options"]
    pub fn pool(mut self, options: PoolOptions) -> Self {
        self.pool = options;
        self
    }

    /// The most connections (10); see [`PoolOptions::max_connections`](PoolOptions::max_connections()).
    #[must_use = "returns the options"]
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.pool.max_connections = connections;
        self
    }

    /// How many connections are kept open (0); see
    /// [`PoolOptions::min_connections`](PoolOptions::min_connections()).
    #[must_use = "returns the options"]
    pub fn min_connections(mut self, connections: usize) -> Self {
        self.pool.min_connections = connections;
        self
    }

    /// How long a caller waits for a connection before `PoolTimeout` (30 s); see
    /// [`PoolOptions::acquire_timeout`](PoolOptions::acquire_timeout()).
    #[must_use = "returns the options"]
    pub fn acquire_timeout(mut self, timeout: Duration) -> Self {
        self.pool.acquire_timeout = timeout;
        self
    }

    /// Connections that nobody used for so long are closed (10 min); `None` keeps them.
    #[must_use = "returns the options"]
    pub fn idle_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.pool.idle_timeout = timeout;
        self
    }

    /// Connections older than this are closed; `None` (the default) keeps them. See
    /// [`PoolOptions::max_lifetime`](PoolOptions::max_lifetime()).
    #[must_use = "returns the options"]
    pub fn max_lifetime(mut self, lifetime: Option<Duration>) -> Self {
        self.pool.max_lifetime = lifetime;
        self
    }

    /// Called with each new connection, and again after a session was reset ([`Reset`]). An error closes the connection,
    /// and is what the opening fails with.
    ///
    /// ```
    /// # use kysera_postgres::PostgresOptions;
    /// let options = PostgresOptions::new()
    ///     .after_connect(|connection| Box::pin(connection.run_script("set work_mem = '16MB'")));
    /// ```
    #[must_use = "returns the options"]
    pub fn after_connect<F>(mut self, hook: F) -> Self
    where
        F: for<'c> Fn(&'c mut RawConnection) -> BoxFuture<'c, Result<()>> + Send + Sync + 'static,
    {
        self.hooks = self.hooks.after_connect(hook);
        self
    }

    /// Called with each connection before a caller gets it. `false` or an error closes it, and the caller gets another.
    #[must_use = "returns the options"]
    pub fn before_acquire<F>(mut self, hook: F) -> Self
    where
        F: for<'c> Fn(&'c mut RawConnection) -> BoxFuture<'c, Result<bool>> + Send + Sync + 'static,
    {
        self.hooks = self.hooks.before_acquire(hook);
        self
    }

    /// Called with each connection that comes back, once it was cleaned. `false` or an error closes it.
    #[must_use = "returns the options"]
    pub fn on_release<F>(mut self, hook: F) -> Self
    where
        F: for<'c> Fn(&'c mut RawConnection) -> BoxFuture<'c, Result<bool>> + Send + Sync + 'static,
    {
        self.hooks = self.hooks.on_release(hook);
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

    /// What is done to a session before somebody else gets its connection.
    #[must_use = "returns the options"]
    pub fn reset(mut self, reset: Reset) -> Self {
        self.reset = reset;
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
        if self.ssl.client_certificate.is_some() != self.ssl.client_key.is_some() {
            return Err(Error::new(ErrorKind::Configuration, "a client certificate and its key go together")
                .with_hint("give both sslcert and sslkey, or none"));
        }
        let weak =
            matches!(self.ssl.mode, SslMode::Allow | SslMode::Prefer | SslMode::Require | SslMode::VerifyCa);
        if weak && matches!(self.ssl.root, Some(RootCertificates::System)) {
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

// The address may hold a password; `Config` hides it.
impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("config", &self.config)
            .field("ssl", &self.ssl)
            .field("pool", &self.pool)
            .field("prepare", &self.prepare)
            .field("statement_cache", &self.statement_cache)
            .field("reset", &self.reset)
            .finish_non_exhaustive()
    }
}
