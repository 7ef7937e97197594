//! An open socket: a TCP connection or a Unix socket. Knows nothing of encryption.

use crate::pass_io_on;
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

/// An open socket.
#[derive(Debug)]
pub enum Socket {
    /// A TCP connection.
    Tcp(TcpStream),
    /// A Unix socket, which does not leave the machine.
    #[cfg(unix)]
    Unix(UnixStream),
}

pass_io_on!(
    Socket: Tcp,
    #[cfg(unix)]
    Unix
);
