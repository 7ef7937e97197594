//! The stream to a server, encrypted or not, and what is known of its other side. Knows nothing of MySQL.

use kysera_net::{Socket, pass_io_on};
use std::io;
use tokio_rustls::client::TlsStream;

/// A stream to the server, encrypted or not.
#[derive(Debug)]
pub(crate) enum Transport {
    Plain(Socket),
    Tls(Box<TlsStream<Socket>>),
}

/// What is known of the other side without a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Quiet,
    /// It has sent something.
    Speaking,
    Closed,
}

impl Transport {
    /// True when what is sent can be read by the server alone: it is encrypted, or does not leave the machine.
    pub(crate) fn is_secure(&self) -> bool {
        match self {
            Transport::Tls(_) => true,
            #[cfg(unix)]
            Transport::Plain(Socket::Unix(_)) => true,
            Transport::Plain(_) => false,
        }
    }

    /// Whether the server has closed the connection or sent anything. To be asked only while nothing is expected, since then
    /// everything that comes is its goodbye, or of a connection that is being closed.
    pub(crate) fn state(&self) -> State {
        let socket = match self {
            Transport::Plain(socket) => socket,
            Transport::Tls(stream) => stream.get_ref().0,
        };
        let mut byte = [0];
        let read = match socket {
            Socket::Tcp(stream) => stream.try_read(&mut byte),
            #[cfg(unix)]
            Socket::Unix(stream) => stream.try_read(&mut byte),
        };
        match read {
            Ok(0) => State::Closed,
            Ok(_) => State::Speaking,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => State::Quiet,
            Err(_) => State::Closed,
        }
    }
}

pass_io_on!(Transport: Plain, Tls);
