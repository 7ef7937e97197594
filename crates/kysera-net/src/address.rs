//! Where a server listens, and the way there: names resolved, a socket opened and kept alive, all with an end.

use crate::socket::Socket;
use kysera_core::error::{Error, ErrorKind, Result};
use socket2::{SockRef, TcpKeepalive};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

/// Where a server listens.
#[derive(Clone, Debug, PartialEq)]
pub enum Address {
    /// An address and a port.
    Tcp(SocketAddr),
    /// The socket's file.
    #[cfg(unix)]
    Unix(PathBuf),
}

impl Address {
    /// The addresses of a host: one at least.
    ///
    /// # Errors
    /// `ConnectionFailed` when it has none.
    pub async fn of_host(host: &str, port: u16) -> Result<Vec<Address>> {
        let found = tokio::net::lookup_host((host, port)).await;
        let addresses: Vec<_> =
            found.map_err(|error| no_address(host).with_source(error))?.map(Address::Tcp).collect();
        if addresses.is_empty() { Err(no_address(host)) } else { Ok(addresses) }
    }

    /// Opens a socket to it.
    ///
    /// # Errors
    /// `ConnectionFailed`, with what to look at.
    pub async fn dial(&self, keepalive: KeepAlive) -> Result<Socket> {
        self.open(keepalive).await.map_err(|error| not_dialled(self, error))
    }

    async fn open(&self, keepalive: KeepAlive) -> io::Result<Socket> {
        match self {
            Address::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                keepalive.set_on(&stream)?;
                Ok(Socket::Tcp(stream))
            }
            #[cfg(unix)]
            Address::Unix(path) => Ok(Socket::Unix(UnixStream::connect(path).await?)),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Tcp(address) => address.fmt(f),
            #[cfg(unix)]
            Address::Unix(path) => path.display().fmt(f),
        }
    }
}

/// When a peer that says nothing is given up. What is `None` is not set on the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepAlive {
    /// Without data for so long, the peer is asked for a sign of life; never, when this is `None`.
    pub idle: Option<Duration>,
    /// How long the next question waits for an answer to the last.
    pub interval: Option<Duration>,
    /// How many questions may stay without an answer.
    pub retries: Option<u32>,
    /// What was sent may stay unconfirmed for so long.
    pub user_timeout: Option<Duration>,
}

impl Default for KeepAlive {
    /// After 30 s, three times and every 10 s; what was sent, for 30 s. Systems wait for two hours otherwise.
    fn default() -> KeepAlive {
        KeepAlive {
            idle: Some(Duration::from_secs(30)),
            interval: Some(Duration::from_secs(10)),
            retries: Some(3),
            user_timeout: Some(Duration::from_secs(30)),
        }
    }
}

impl KeepAlive {
    fn set_on(self, stream: &TcpStream) -> io::Result<()> {
        let socket = SockRef::from(stream);
        if let Some(idle) = self.idle {
            let mut keepalive = TcpKeepalive::new().with_time(idle);
            #[cfg(any(
                target_os = "linux",
                target_os = "macos",
                target_os = "freebsd",
                target_os = "windows"
            ))]
            if let Some(interval) = self.interval {
                keepalive = keepalive.with_interval(interval);
            }
            #[cfg(any(target_os = "linux", target_os = "macos", target_os = "freebsd"))]
            if let Some(retries) = self.retries {
                keepalive = keepalive.with_retries(retries);
            }
            socket.set_tcp_keepalive(&keepalive)?;
        }
        #[cfg(target_os = "linux")]
        if let Some(timeout) = self.user_timeout {
            socket.set_tcp_user_timeout(Some(timeout))?;
        }
        Ok(())
    }
}

/// One attempt to connect to an address, the login included, within the options' limit.
///
/// # Errors
/// The attempt's, and `ConnectionFailed` when it takes longer.
pub async fn in_time<T>(
    limit: Option<Duration>,
    address: &Address,
    attempt: impl Future<Output = Result<T>>,
) -> Result<T> {
    let Some(limit) = limit else { return attempt.await };
    tokio::time::timeout(limit, attempt).await.unwrap_or_else(|_| {
        let what = format!("{address} did not let us in within connect_timeout, which is {limit:?}");
        Err(Error::new(ErrorKind::ConnectionFailed, what)
            .with_hint("check that the server runs and that no firewall stands between"))
    })
}

/// The error of a host that cannot be resolved.
pub fn no_address(host: &str) -> Error {
    Error::new(ErrorKind::ConnectionFailed, format!("{host} has no address"))
        .with_hint("check the host in the address of the server")
}

fn not_dialled(address: &Address, error: io::Error) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => {
            "is the server running, and listening there?"
        }
        io::ErrorKind::PermissionDenied => "may this user use the socket?",
        _ => "check the address, the network and the firewall",
    };
    let text = error.to_string().to_lowercase();
    let reason = text.split(" (os error").next().unwrap_or(&text).to_owned();
    Error::new(ErrorKind::ConnectionFailed, format!("cannot connect to {address}: {reason}"))
        .with_hint(hint)
        .with_source(error)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    /// What the system says of a socket that was opened so: asked after so long, again after so long, how often, and how
    /// long what was sent may stay unconfirmed.
    async fn kept_alive(by: KeepAlive) -> Option<(Duration, Duration, u32, Option<Duration>)> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Address::Tcp(listener.local_addr().unwrap());
        let Socket::Tcp(stream) = address.dial(by).await.unwrap() else { panic!("it is no TCP") };
        assert!(stream.nodelay().unwrap());
        let socket = SockRef::from(&stream);
        let asks = (
            socket.tcp_keepalive_time().unwrap(),
            socket.tcp_keepalive_interval().unwrap(),
            socket.tcp_keepalive_retries().unwrap(),
            socket.tcp_user_timeout().unwrap(),
        );
        socket.keepalive().unwrap().then_some(asks)
    }

    #[tokio::test]
    async fn a_socket_to_a_server_that_vanished_ends_by_itself() {
        let seconds = Duration::from_secs;
        let usual = KeepAlive::default();
        assert_eq!(kept_alive(usual).await, Some((seconds(30), seconds(10), 3, Some(seconds(30)))));
        let told = KeepAlive {
            idle: Some(seconds(7)),
            interval: Some(seconds(20)),
            retries: Some(2),
            user_timeout: Some(seconds(5)),
        };
        assert_eq!(kept_alive(told).await, Some((seconds(7), seconds(20), 2, Some(seconds(5)))));
        assert_eq!(kept_alive(KeepAlive { idle: None, ..usual }).await, None);
    }

    #[tokio::test]
    async fn what_cannot_be_reached_is_named_with_what_to_look_at() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Address::Tcp(listener.local_addr().unwrap());
        drop(listener);
        let error = address.dial(KeepAlive::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
        let expected = format!(
            "cannot connect to {address}: connection refused; is the server running, and listening there?"
        );
        assert_eq!(error.to_string(), expected);
        let error = Address::Unix("/no/such.sock".into()).dial(KeepAlive::default()).await.unwrap_err();
        assert!(error.to_string().starts_with("cannot connect to /no/such.sock: "), "{error}");
    }

    #[tokio::test]
    async fn an_attempt_that_takes_too_long_names_the_limit() {
        let address = Address::Tcp(([127, 0, 0, 1], 5).into());
        let limit = Some(Duration::from_millis(1));
        let error = in_time(limit, &address, std::future::pending::<Result<()>>()).await.unwrap_err();
        assert!(error.to_string().contains("127.0.0.1:5"), "{error}");
        assert!(error.to_string().contains("connect_timeout, which is 1ms"), "{error}");
        assert_eq!(in_time(None, &address, async { Ok(1) }).await.unwrap(), 1);
    }
}
