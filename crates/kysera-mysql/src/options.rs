//! How to reach a server and how to treat its connections. Opens nothing.

mod address;

use crate::raw_connection::RawConnection;
use crate::ssl::{NAMES, SslMode, SslOptions};
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_core::pool::{Hooks, PoolOptions};
use kysera_net::{KeepAlive, PasswordProvider, Reset, RootCertificates};
use std::fmt;
use std::path::PathBuf;
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
            keepalive: KeepAlive::default(),
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

    /// The host: a name or an address (`localhost`, which is reached by TCP). One: of several the options are refused.
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

    /// The database that names without one mean.
    #[must_use = "returns the options"]
    pub fn database(mut self, database: impl Into<String>) -> Self {
        self.database = Some(database.into());
        self
    }

    /// The file (PEM) with the authorities that may sign the server's certificate, instead of the system's.
    #[must_use = "returns the options"]
    pub fn ssl_ca(mut self, file: impl Into<PathBuf>) -> Self {
        self.ssl.certificates.root = Some(RootCertificates::File(file.into()));
        self
    }

    /// The same as text (PEM), where there is no file.
    #[must_use = "returns the options"]
    pub fn ssl_ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.ssl.certificates.root = Some(RootCertificates::Pem(pem.into()));
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

    /// The most statements that stay prepared on each connection (128). A server has room for 16,382 of all its clients
    /// together (`max_prepared_stmt_count`).
    #[must_use = "returns the options"]
    pub fn statement_cache(mut self, statements: usize) -> Self {
        self.statement_cache = statements;
        self
    }

    /// How long a statement whose future was dropped may go on before it is ended by `kill query` (20 ms).
    #[must_use = "returns the options"]
    pub fn cancel_grace(mut self, cancel_grace: Duration) -> Self {
        self.cancel_grace = cancel_grace;
        self
    }

    /// Whether statements may be ended by `kill query` on another connection (`true`), which is opened for a while beside
    /// those of the pool. Set to `false` behind a proxy that
    /// gives each statement another server connection: there the number of a connection may mean somebody else's. A
    /// statement that goes on after its future was dropped then costs its connection.
    #[must_use = "returns the options"]
    pub fn kill(mut self, kill: bool) -> Self {
        self.kill = kill;
        self
    }

    pub(crate) fn check(&self) -> Result<()> {
        if self.host.contains(',') {
            return Err(several_hosts());
        }
        self.pool.check()?;
        self.ssl.certificates.check(NAMES)?;
        if self.user.contains('\0') || self.database.as_ref().is_some_and(|name| name.contains('\0')) {
            return Err(Error::new(ErrorKind::Configuration, "a name holds a zero byte")
                .with_hint("the protocol ends names with it"));
        }
        Ok(())
    }
}

/// Which of them has the newest rows, only something that watches them can tell.
fn several_hosts() -> Error {
    Error::new(ErrorKind::Configuration, "the address names several hosts, and this driver connects to one")
        .with_hint("name one: the server, or a proxy or a DNS name that stands for those that are meant")
}

kysera_net::server_options! {
    MySqlOptions of RawConnection, encrypted by SslMode,
    imported by "use kysera_mysql::MySqlOptions;",
    set up by "set innodb_lock_wait_timeout = 5",
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
            .field("ssl", &self.ssl.mode())
            .field("pool", &self.pool)
            .field("statement_cache", &self.statement_cache)
            .field("reset", &self.reset)
            .finish_non_exhaustive()
    }
}
