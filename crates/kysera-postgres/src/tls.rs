//! TLS: what each mode verifies, the request for it, and the stream that comes of it.
//!
//! Decides nothing about falling back to plain text: that stands in `connect`.

use crate::ssl::{NAMES, SslMode, SslOptions};
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_net::{Socket, Verify, pass_io_on};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How to speak TLS, made once for each driver.
#[derive(Clone)]
pub(crate) struct Tls {
    connector: MakeRustlsConnect,
    direct: bool,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("direct", &self.direct).finish_non_exhaustive()
    }
}

/// What the server said to the request for TLS.
#[derive(Debug)]
pub(crate) enum Negotiated {
    /// The encrypted stream.
    Tls(Transport),
    /// It speaks none; the plain socket may go on.
    Refused(Socket),
}

impl Tls {
    /// Reads certificates and prepares the verifier; `None` where TLS is never used.
    pub(crate) fn new(options: &SslOptions) -> Result<Option<Tls>> {
        let verify = match (options.mode, &options.certificates.root) {
            (SslMode::Disable, _) => return Ok(None),
            // libpq treats `require` with an authority as `verify-ca` (manual, 34.19.1).
            (SslMode::VerifyCa, _) | (SslMode::Require, Some(_)) => Verify::Authority,
            (SslMode::VerifyFull, _) => Verify::Identity,
            (SslMode::Allow | SslMode::Prefer, _) | (SslMode::Require, None) => Verify::Nothing,
        };
        let mut config = options.certificates.client_config(verify, NAMES)?;
        if options.direct {
            // Direct negotiation demands the protocol's name (manual, 55.2.10).
            config.alpn_protocols = vec![b"postgresql".to_vec()];
        }
        Ok(Some(Tls { connector: MakeRustlsConnect::new(config), direct: options.direct }))
    }

    /// Asks for TLS on a fresh socket and shakes hands.
    pub(crate) async fn negotiate(&self, mut socket: Socket, host: &str) -> Result<Negotiated> {
        if !self.direct && !ask(&mut socket).await? {
            return Ok(Negotiated::Refused(socket));
        }
        let mut connector = self.connector.clone();
        let Ok(connect) = MakeTlsConnect::<Socket>::make_tls_connect(&mut connector, host);
        let stream = connect.connect(socket).await.map_err(|error| NAMES.handshake_failed(error))?;
        Ok(Negotiated::Tls(Transport::Tls(Box::new(stream))))
    }
}

/// Sends `SSLRequest` and reads the one byte of its answer, and not a byte more: what an attacker put behind it
/// before the handshake must not be taken for the server's (CVE-2021-23222).
async fn ask(socket: &mut Socket) -> Result<bool> {
    const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
    let answer = async {
        socket.write_all(&SSL_REQUEST).await?;
        socket.read_u8().await
    };
    match answer.await {
        Ok(b'S') => Ok(true),
        Ok(b'N') => Ok(false),
        // An error message: the server could not even start a process for us.
        Ok(_) => {
            Err(Error::new(ErrorKind::ConnectionFailed, "the server did not answer the request for TLS")
                .with_hint("it may be out of connections, or it is no PostgreSQL server"))
        }
        Err(error) => {
            Err(Error::new(ErrorKind::ConnectionFailed, "the server hung up on the request for TLS")
                .with_source(error))
        }
    }
}

/// A stream to the server, encrypted or not.
pub(crate) enum Transport {
    Plain(Socket),
    Tls(Box<Encrypted>),
}

type Encrypted = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

impl Transport {
    pub(crate) fn is_encrypted(&self) -> bool {
        matches!(self, Transport::Tls(_))
    }
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_encrypted() { "Tls(..)" } else { "Plain(..)" })
    }
}

pass_io_on!(Transport: Plain, Tls);

impl TlsStream for Transport {
    fn channel_binding(&self) -> ChannelBinding {
        match self {
            Transport::Plain(_) => ChannelBinding::none(),
            Transport::Tls(stream) => stream.channel_binding(),
        }
    }
}

// For a request to cancel, whose socket must outlive the client library's use of it.
impl TlsStream for &mut Transport {
    fn channel_binding(&self) -> ChannelBinding {
        (**self).channel_binding()
    }
}

/// Hands tokio-postgres a stream that is already as it shall be: encrypted or not, with the monitor on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AsItIs;

impl<S: TlsStream + Unpin> TlsConnect<S> for AsItIs {
    type Stream = S;
    type Error = std::convert::Infallible;
    type Future = std::future::Ready<Result<S, Self::Error>>;

    fn connect(self, stream: S) -> Self::Future {
        std::future::ready(Ok(stream))
    }
}
