//! Opens a connection: hosts in order, encrypted or not as libpq would, logged in, with the monitor on.
//!
//! tokio-postgres could do most of this, but a fall back to plain text inside it would leave the connection unmonitored.

use crate::error;
use crate::notification::EventSender;
use crate::options::{PostgresOptions, Session};
use crate::protocol::Monitored;
use crate::raw_connection::{Opened, RawConnection, Route};
use crate::server::Server;
use crate::ssl::SslMode;
use crate::tls::{AsItIs, Negotiated, Tls, Transport};
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_net::{Address, KeepAlive, in_time, no_address};
use std::borrow::Cow;
use tokio_postgres::config::{Host, LoadBalanceHosts, SslNegotiation};
use tokio_postgres::{Client, Config, SimpleQueryMessage};

/// Opens a connection to the first host that takes one. What it is notified of goes to `events`.
pub(crate) async fn open(server: &Server, events: Option<&EventSender>) -> Result<RawConnection> {
    let options = &server.options;
    let config = config(options).await?;
    let targets = targets(&config)?;
    let mut failure = None;
    // A standby is preferred by asking every host for one first (manual, 34.1.2).
    let wishes: &[Session] = match options.session {
        Session::PreferStandby => &[Session::Standby, Session::Any],
        ref one => std::slice::from_ref(one),
    };
    for wish in wishes {
        for target in &targets {
            match reach(server, &config, events, target, *wish).await {
                Ok(raw) => return Ok(raw),
                // Another host would say the same of the password, the user, the database.
                Err(error) if is_final(&error) => return Err(error),
                Err(error) => failure = Some(error),
            }
        }
    }
    Err(failure.unwrap_or_else(|| Error::new(ErrorKind::Configuration, "the address names no host")))
}

/// The client library's settings, with the password that is valid now.
async fn config(options: &PostgresOptions) -> Result<Cow<'_, Config>> {
    let Some(provider) = &options.password_provider else { return Ok(Cow::Borrowed(&options.config)) };
    let password = provider.ask().await?;
    let mut config = options.config.clone();
    config.password(password);
    Ok(Cow::Owned(config))
}

fn is_final(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::AuthenticationFailed | ErrorKind::DatabaseNotFound | ErrorKind::PermissionDenied
    )
}

/// A host as the address names it.
struct Target {
    host: Host,
    /// For the certificate; `None` for a Unix socket, which is never encrypted.
    name: Option<String>,
    port: u16,
}

fn targets(config: &Config) -> Result<Vec<Target>> {
    let (hosts, addresses, ports) = (config.get_hosts(), config.get_hostaddrs(), config.get_ports());
    let count = hosts.len().max(addresses.len()).max(1);
    let wrong = |what| {
        Error::new(ErrorKind::Configuration, what)
            .with_hint("give one for each host, or a single port for all")
    };
    if !hosts.is_empty() && !addresses.is_empty() && hosts.len() != addresses.len() {
        return Err(wrong("the address has not as many host addresses as hosts"));
    }
    if ports.len() > 1 && ports.len() != count {
        return Err(wrong("the address has not as many ports as hosts"));
    }
    let target = |at: usize| {
        let named = hosts.get(at).cloned();
        let name = match &named {
            Some(Host::Tcp(name)) => Some(name.clone()),
            Some(Host::Unix(_)) => None,
            None => addresses.get(at).map(ToString::to_string).or_else(|| Some("localhost".to_owned())),
        };
        let host = match addresses.get(at) {
            Some(address) => Host::Tcp(address.to_string()),
            None => named.unwrap_or_else(|| Host::Tcp("localhost".to_owned())),
        };
        let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
        Target { host, name, port }
    };
    let mut targets: Vec<Target> = (0..count).map(target).collect();
    if config.get_load_balance_hosts() == LoadBalanceHosts::Random {
        shuffle(&mut targets);
    }
    Ok(targets)
}

/// Fisher and Yates, with the hasher's random keys: good enough to spread connections.
fn shuffle<T>(list: &mut [T]) {
    use std::hash::{BuildHasher, RandomState};
    for end in (1..list.len()).rev() {
        let random = RandomState::new().hash_one(end);
        let at = usize::try_from(random % (end as u64 + 1)).unwrap_or(end);
        list.swap(end, at);
    }
}

/// Tries every address of a host.
async fn reach(
    server: &Server,
    config: &Config,
    events: Option<&EventSender>,
    target: &Target,
    wish: Session,
) -> Result<RawConnection> {
    let mut failure = None;
    for address in resolve(target).await? {
        let attempt = log_in(server, config, &address, target);
        let opened = in_time(server.options.connect_timeout, &address, attempt).await;
        let raw = match opened {
            Ok(opened) => RawConnection::new(opened, server.options.prepared_statements(), events),
            Err(error) if is_final(&error) => return Err(error),
            Err(error) => {
                failure = Some(error);
                continue;
            }
        };
        match answered(server, is_as_wished(&raw.client, wish)).await {
            Ok(Ok(true)) => return Ok(raw),
            Ok(Ok(false)) => failure = Some(not_as_wished(&address, wish)),
            Ok(Err(error)) | Err(error) => failure = Some(error),
        }
    }
    Err(failure.unwrap_or_else(|| no_address(target.name.as_deref().unwrap_or("the host"))))
}

/// The answer to a question that belongs to connecting, for which there is as much time as for the login.
///
/// # Errors
/// When there is none in time: a server that lets us in and then is silent is not there.
pub(crate) async fn answered<T>(server: &Server, question: impl Future<Output = T>) -> Result<T> {
    let Some(limit) = server.options.connect_timeout else { return Ok(question.await) };
    tokio::time::timeout(limit, question).await.map_err(|_| {
        let what = "the server let us in and then did not answer within connect_timeout";
        Error::new(ErrorKind::ConnectionFailed, what)
            .with_hint("check the server, and any proxy in front of it")
    })
}

async fn resolve(target: &Target) -> Result<Vec<Address>> {
    match &target.host {
        Host::Tcp(name) => Address::of_host(name, target.port).await,
        #[cfg(unix)]
        Host::Unix(folder) => Ok(vec![Address::Unix(folder.join(format!(".s.PGSQL.{}", target.port)))]),
    }
}

/// Tries an address encrypted, plain, or one after the other, as the mode says.
async fn log_in(server: &Server, config: &Config, address: &Address, target: &Target) -> Result<Opened> {
    let attempt = Attempt { config, address, target, keepalive: server.options.keepalive };
    let (Some(tls), Some(host)) = (server.tls.as_ref(), target.name.as_deref()) else {
        return attempt.plain().await;
    };
    match server.options.ssl.mode {
        SslMode::Disable => attempt.plain().await,
        SslMode::Allow => match attempt.plain().await {
            Err(error) if is_refused_by_rule(&error) => attempt.encrypted(tls, host, false).await,
            other => other,
        },
        SslMode::Prefer => match attempt.encrypted(tls, host, true).await {
            Err(error) if error.kind() == ErrorKind::Tls || is_refused_by_rule(&error) => {
                // The first answer is the better one to tell: it is what the mode asks for.
                let second = attempt.plain().await;
                second.map_err(|second| if is_final(&second) { second } else { error })
            }
            other => other,
        },
        SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => {
            attempt.encrypted(tls, host, false).await
        }
    }
}

/// True when `pg_hba.conf` has no line for such a connection (28000), which the other kind of connection may have.
/// A wrong password (28P01) is wrong either way, and is not sent again over a plain socket.
fn is_refused_by_rule(error: &Error) -> bool {
    error.code() == Some("28000")
}

/// An address to log in at.
struct Attempt<'a> {
    config: &'a Config,
    address: &'a Address,
    target: &'a Target,
    keepalive: KeepAlive,
}

impl Attempt<'_> {
    async fn plain(&self) -> Result<Opened> {
        let socket = self.address.dial(self.keepalive).await?;
        start(self.config, Transport::Plain(socket), self.address, self.target.name.clone()).await
    }

    async fn encrypted(&self, tls: &Tls, host: &str, plain_too: bool) -> Result<Opened> {
        let socket = self.address.dial(self.keepalive).await?;
        let transport = match tls.negotiate(socket, host).await? {
            Negotiated::Tls(transport) => transport,
            Negotiated::Refused(socket) if plain_too => Transport::Plain(socket),
            Negotiated::Refused(_) => {
                return Err(Error::new(ErrorKind::Tls, format!("{} does not speak TLS", self.address))
                    .with_hint("switch ssl on in the server, or choose another sslmode"));
            }
        };
        start(self.config, transport, self.address, Some(host.to_owned())).await
    }
}

/// Logs in over a stream that is as it shall be.
async fn start(
    config: &Config,
    transport: Transport,
    address: &Address,
    host: Option<String>,
) -> Result<Opened> {
    let route = Route { address: address.clone(), host, encrypted: transport.is_encrypted() };
    let (mut protocol, monitor) = Monitored::new(transport);
    // Instants are then written, compared and taken apart as on every other database.
    if !names_time_zone(config) {
        protocol = protocol.with_setting("TimeZone", "UTC");
    }
    let mut config = config.clone();
    // "Direct" makes tokio-postgres hand the stream to `AsItIs` without sending a byte, so that the monitored
    // stream takes TLS's place and its channel binding is seen.
    config.ssl_mode(tokio_postgres::config::SslMode::Require).ssl_negotiation(SslNegotiation::Direct);
    let (client, wire) =
        config.connect_raw(protocol, AsItIs).await.map_err(|error| refused(error, address))?;
    Ok(Opened { client, wire, monitor, route })
}

/// True when the options of the session set a time zone of their own.
fn names_time_zone(config: &Config) -> bool {
    config.get_options().is_some_and(|options| options.to_ascii_lowercase().contains("timezone"))
}

/// Kysera's error for a login that failed.
fn refused(error: tokio_postgres::Error, address: &Address) -> Error {
    if error.as_db_error().is_some() {
        return match error::from_postgres(error) {
            // The server closes on us during the login: nothing was lost that worked before.
            error if error.kind() == ErrorKind::ConnectionClosed => {
                Error::new(ErrorKind::ConnectionFailed, error.to_string()).with_source(error)
            }
            error => error,
        };
    }
    let text = error.to_string();
    let source = error.into_source();
    let reason = source.as_ref().map(ToString::to_string).unwrap_or_default();
    // The client library's kinds are private; its texts are fixed by the version in the lock file.
    let error = match (text.as_str(), reason.as_str()) {
        (_, "password missing") => {
            Error::new(ErrorKind::AuthenticationFailed, "the server asks for a password and none was given")
                .with_hint("add it to the address")
        }
        ("authentication error", _) => {
            Error::new(ErrorKind::AuthenticationFailed, format!("the login failed: {reason}"))
                .with_hint("check the user, the password, and channel_binding")
        }
        _ => Error::new(ErrorKind::ConnectionFailed, format!("{address} hung up during the login"))
            .with_hint("check that a PostgreSQL server listens there"),
    };
    match source {
        Some(source) => error.with_source(source),
        None => error,
    }
}

async fn is_as_wished(client: &Client, wish: Session) -> Result<bool> {
    let (sql, wanted) = match wish {
        Session::Any | Session::PreferStandby => return Ok(true),
        Session::ReadWrite => ("show transaction_read_only", "off"),
        Session::ReadOnly => ("show transaction_read_only", "on"),
        Session::Primary => ("select pg_catalog.pg_is_in_recovery()", "f"),
        Session::Standby => ("select pg_catalog.pg_is_in_recovery()", "t"),
    };
    let messages = client.simple_query(sql).await.map_err(error::from_postgres)?;
    Ok(messages.iter().any(|message| match message {
        SimpleQueryMessage::Row(row) => row.try_get(0).ok().flatten() == Some(wanted),
        _ => false,
    }))
}

fn not_as_wished(address: &Address, wish: Session) -> Error {
    let what = match wish {
        Session::ReadWrite => "does not take writes",
        Session::ReadOnly => "takes writes",
        Session::Primary => "is a standby",
        _ => "is not a standby",
    };
    Error::new(ErrorKind::ConnectionFailed, format!("{address} {what}"))
        .with_hint("target_session_attrs in the address says what the server must be")
}
