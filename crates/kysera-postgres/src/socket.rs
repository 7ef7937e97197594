//! Plain sockets: a TCP connection or a Unix socket. Knows nothing of PostgreSQL or TLS.

use socket2::{SockRef, TcpKeepalive};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio_postgres::Config;

/// Where a server listens.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Address {
    Tcp(SocketAddr),
    /// The socket's file.
    #[cfg(unix)]
    Unix(PathBuf),
}

impl Address {
    /// The address of a Unix socket in a folder.
    #[cfg(unix)]
    pub(crate) fn in_folder(folder: &std::path::Path, port: u16) -> Address {
        Address::Unix(folder.join(format!(".s.PGSQL.{port}")))
    }

    /// Opens a socket to it.
    pub(crate) async fn dial(&self, config: &Config) -> io::Result<Socket> {
        match self {
            Address::Tcp(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                keep_alive(&stream, config)?;
                Ok(Socket::Tcp(stream))
            }
            #[cfg(unix)]
            Address::Unix(path) => Ok(Socket::Unix(UnixStream::connect(path).await?)),
        }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Address::Tcp(address) => address.fmt(f),
            #[cfg(unix)]
            Address::Unix(path) => path.display().fmt(f),
        }
    }
}

fn keep_alive(stream: &TcpStream, config: &Config) -> io::Result<()> {
    let socket = SockRef::from(stream);
    if config.get_keepalives() {
        let mut keepalive = TcpKeepalive::new().with_time(config.get_keepalives_idle());
        #[cfg(any(target_os = "linux", target_os = "macos", target_os = "freebsd", target_os = "windows"))]
        if let Some(interval) = config.get_keepalives_interval() {
            keepalive = keepalive.with_interval(interval);
        }
        #[cfg(any(target_os = "linux", target_os = "macos", target_os = "freebsd"))]
        if let Some(retries) = config.get_keepalives_retries() {
            keepalive = keepalive.with_retries(retries);
        }
        socket.set_tcp_keepalive(&keepalive)?;
    }
    #[cfg(target_os = "linux")]
    if let Some(timeout) = config.get_tcp_user_timeout() {
        socket.set_tcp_user_timeout(Some(*timeout))?;
    }
    Ok(())
}

/// An open socket.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Tcp(stream) => Pin::new(stream).poll_read(cx, buf),
            #[cfg(unix)]
            Socket::Unix(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Socket::Tcp(stream) => Pin::new(stream).poll_write(cx, buf),
            #[cfg(unix)]
            Socket::Unix(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Tcp(stream) => Pin::new(stream).poll_flush(cx),
            #[cfg(unix)]
            Socket::Unix(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Socket::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            #[cfg(unix)]
            Socket::Unix(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::{Address, Socket};
    use crate::options::PostgresOptions;
    use socket2::SockRef;
    use std::time::Duration;
    use tokio::net::TcpListener;

    /// What the system says of a socket that was opened with these options: asked after so long, again after so long,
    /// how often, and how long what was sent may stay unconfirmed.
    async fn kept_alive(options: PostgresOptions) -> Option<(Duration, Duration, u32, Option<Duration>)> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Address::Tcp(listener.local_addr().unwrap());
        let Socket::Tcp(stream) = address.dial(&options.config).await.unwrap() else {
            panic!("it is no TCP")
        };
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
        let silent = kept_alive(PostgresOptions::new()).await;
        assert_eq!(silent, Some((seconds(30), seconds(10), 3, Some(seconds(30)))));
        let told = PostgresOptions::new().keepalive(seconds(7)).tcp_user_timeout(seconds(5));
        assert_eq!(kept_alive(told).await, Some((seconds(7), seconds(10), 3, Some(seconds(5)))));
        let address =
            "postgres://ann@host/shop?keepalives_idle=60&keepalives_interval=20&keepalives_retries=2";
        let told = kept_alive(address.parse().unwrap()).await;
        assert_eq!(told, Some((seconds(60), seconds(20), 2, Some(seconds(30)))));
        let none = "postgres://ann@host/shop?keepalives=0";
        assert_eq!(kept_alive(none.parse().unwrap()).await, None);
    }
}
