//! How to reach a server and how to treat its connections. Opens nothing.

mod address;

use crate::raw_connection::RawConnection;
use crate::socket::KeepAlive;
use crate::ssl::{RootCertificates, SslMode, SslOptions};
use kysera_core::driver::BoxFuture;
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_core::pool::{Hooks, PoolOptions};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How to reach a server and how to treat its connections.
///
/// # Examples
/// ```
/// use kysera_mysql::{MySqlOptions, SslMode};
/// let options: MySqlOptions = "mysql://ann:secret@db1:3306/shop?ssl-mode=VERIFY_IDENTITY".parse()?;
/// let options = options.max_connections(20).ssl_mode(SslMode::VerifyIdentity);
/// # Ok::<(), kysera_core::error::Error>(())
/// ```
#[derive(Clone)]
pub struct MySqlOptions {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) socket: Option<PathBuf>,
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) password_provider: Option<PasswordProvider>,
    pub(crate) database: Option<String>,
    pub(crate) ssl: SslOptions,
    pub(crate) public_key_retrieval: Option<bool>,
    pub(crate) pool: PoolOptions,
    pub(crate) hooks: Hooks<RawConnection>,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) keepalive: KeepAlive,
    pub(crate) statement_cache: usize,
    pub(crate) reset: Reset,
    pub(crate) cancel_grace: Duration,
    pub(crate) kill: bool,
}

/// What is done to a session before somebody else gets its connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reset {
    /// It is reset when raw SQL ran in it or the server says that it was changed. Costs nothing otherwise.
    #[default]
    WhenChanged,
    /// It is always reset: one more round trip each time a connection comes back, and every statement is prepared anew.
    Always,
    /// It is never reset: settings, locks and temporary tables stay for the next user. An open transaction is rolled
    /// back all the same.
    Never,
}

/// Where a password comes from that does not stay the same.
#[derive(Clone)]
pub(crate) struct PasswordProvider(
    pub(crate) Arc<dyn Fn() -> BoxFuture<'static, Result<String>> + Send + Sync>,
);

impl Default for MySqlOptions {
    fn default() -> Self {
        MySqlOptions {
            host: "localhost".to_owned(),
            port: 3306,
            socket: None,
            user: String::new(),
            password: String::new(),
            password_provider: None,
            database: None,
            ssl: SslOptions::default(),
            public_key_retrieval: None,
            pool: PoolOptions::default(),
            hooks: Hooks::default(),
            connect_timeout: Some(Duration::from_secs(10)),
            keepalive: KeepAlive { idle: Duration::from_secs(30), user_timeout: Duration::from_secs(30) },
            statement_cache: 128,
            reset: Reset::default(),
            cancel_grace: Duration::from_millis(20),
            kill: true,
        }
    }
}

impl MySqlOptions {
    /// A server on this machine, at port 3306.
    pub fn new() -> Self {
        MySqlOptions::default()
    }

    /// The host: a name or an address (`localhost`, which is reached by TCP).
    #[must_use = "returns the options"]
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// The port (3306).
    #[must_use = "returns the options"]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The file of a Unix socket, instead of host and port.
    #[must_use = "returns the options"]
    pub fn socket(mut self, file: impl Into<PathBuf>) -> Self {
        self.socket = Some(file.into());
        self
    }

    /// The user.
    #[must_use = "returns the options"]
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.user = user.into();
        self
    }

    /// The password. It never appears in messages, and never goes in clear text over a network.
    #[must_use = "returns the options"]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = password.into();
        self
    }

    /// Asks for the password before each new connection: for tokens that expire. An error is what the opening fails with.
    ///
    /// ```
    /// # use kysera_mysql::MySqlOptions;
    /// # async fn fresh_token() -> kysera_core::Result<String> { Ok(String::new()) }
    /// let options = MySqlOptions::new().host("db1").password_provider(|| Box::pin(fresh_token()));
    /// ```
    #[must_use = "returns the options"]
    pub fn password_provider<F>(mut self, provider: F) -> Self
    where
        F: Fn() -> BoxFuture<'static, Result<String>> + Send + Sync + 'static,
    {
        self.password_provider = Some(PasswordProvider(Arc::new(provider)));
        self
    }

    /// The database that names without one mean.
    #[must_use = "returns the options"]
    pub fn database(mut self, database: impl Into<String>) -> Self {
        self.database = Some(database.into());
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
    pub fn ssl_ca(mut self, file: impl Into<PathBuf>) -> Self {
        self.ssl.root = Some(RootCertificates::File(file.into()));
        self
    }

    /// The same as text (PEM), where there is no file.
    #[must_use = "returns the options"]
    pub fn ssl_ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
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

    /// Whether the server may be asked for its public key, to encrypt the password with, where the connection is not
    /// encrypted (`caching_sha2_password`). By default only on this machine: on a network anybody in between could answer
    /// with a key of his own and read the password.
    #[must_use = "returns the options"]
    pub fn public_key_retrieval(mut self, allowed: bool) -> Self {
        self.public_key_retrieval = Some(allowed);
        self
    }

    /// How long one attempt to connect to one address may take, the login included (10 s).
    #[must_use = "returns the options"]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// After so long without data the system asks the server whether it is still there (30 s), three times at most and
    /// every 10 s.
    #[must_use = "returns the options"]
    pub fn keepalive(mut self, idle: Duration) -> Self {
        self.keepalive.idle = idle;
        self
    }

    /// How long what was sent may stay unconfirmed before the system gives the connection up (30 s). On Linux; elsewhere
    /// it changes nothing.
    #[must_use = "returns the options"]
    pub fn tcp_user_timeout(mut self, timeout: Duration) -> Self {
        self.keepalive.user_timeout = timeout;
        self
    }

    /// The settings of the pool, all of them. For the common ones there are methods here too.
    #[must_use = "returns the options"]
    pub fn pool(mut self, options: PoolOptions) -> Self {
        self.pool = options;
        self
    }

    /// The most connections (10); see [`PoolOptions::max_connections`](PoolOptions::max_connections()). One more is opened
    /// for a while when a statement has to be ended.
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
    /// # use kysera_mysql::MySqlOptions;
    /// let options = MySqlOptions::new()
    ///     .after_connect(|connection| Box::pin(connection.run_script("set innodb_lock_wait_timeout = 5")));
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

    /// The most statements that stay prepared on each connection (128). A server has room for 16,382 of all its clients
    /// together (`max_prepared_stmt_count`).
    #[must_use = "returns the options"]
    pub fn statement_cache(mut self, statements: usize) -> Self {
        self.statement_cache = statements;
        self
    }

    /// What is done to a session before somebody else gets its connection.
    #[must_use = "returns the options"]
    pub fn reset(mut self, reset: Reset) -> Self {
        self.reset = reset;
        self
    }

    /// How long a statement whose future was dropped may go on before it is ended by `kill query` (20 ms).
    #[must_use = "returns the options"]
    pub fn cancel_grace(mut self, cancel_grace: Duration) -> Self {
        self.cancel_grace = cancel_grace;
        self
    }

    /// Whether statements may be ended by `kill query` on another connection (`true`). Set to `false` behind a proxy that
    /// gives each statement another server connection: there the number of a connection may mean somebody else's. A
    /// statement that goes on after its future was dropped then costs its connection.
    #[must_use = "returns the options"]
    pub fn kill(mut self, kill: bool) -> Self {
        self.kill = kill;
        self
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.pool.check()?;
        let wrong = |message, hint| Err(Error::new(ErrorKind::Configuration, message).with_hint(hint));
        if self.ssl.client_certificate.is_some() != self.ssl.client_key.is_some() {
            return wrong(
                "a client certificate and its key go together",
                "give both ssl-cert and ssl-key, or none",
            );
        }
        if self.user.contains('\0') || self.database.as_ref().is_some_and(|name| name.contains('\0')) {
            return wrong("a name holds a zero byte", "the protocol ends names with it");
        }
        Ok(())
    }
}

// Not the password.
impl fmt::Debug for MySqlOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MySqlOptions")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("socket", &self.socket)
            .field("user", &self.user)
            .field("database", &self.database)
            .field("ssl", &self.ssl.mode)
            .field("pool", &self.pool)
            .field("statement_cache", &self.statement_cache)
            .field("reset", &self.reset)
            .finish_non_exhaustive()
    }
}
