//! TLS by rustls: what is verified, the request for it, and the stream that comes of it.
//!
//! Decides nothing about falling back to plain text: that stands in `connect`.

mod verify;

use crate::socket::Socket;
use crate::ssl::{RootCertificates, SslMode, SslOptions};
use kysera_core::error::{Error, ErrorKind, Result};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_postgres_rustls::MakeRustlsConnect;
use verify::Verifier;

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
        if options.mode == SslMode::Disable {
            return Ok(None);
        }
        let provider = Arc::new(ring::default_provider());
        let verifier = Arc::new(verifier(options, &provider)?);
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable("this build has no TLS version to offer").with_source(error))?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let mut config = match (&options.client_certificate, &options.client_key) {
            (Some(certificate), Some(key)) => {
                builder.with_client_auth_cert(certificates_in(certificate)?, key_in(key)?).map_err(
                    |error| unusable("the client certificate and its key do not fit").with_source(error),
                )?
            }
            _ => builder.with_no_client_auth(),
        };
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
        let stream = connect.connect(socket).await.map_err(handshake_failed)?;
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

fn handshake_failed(error: io::Error) -> Error {
    // rustls' texts name the certificate's flaw and hold no secrets.
    let message = format!("the TLS handshake failed: {error}");
    Error::new(ErrorKind::Tls, message)
        .with_hint("check sslrootcert, and that the certificate names the host in the address")
        .with_source(error)
}

fn unusable(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Tls, message.into())
}

fn verifier(options: &SslOptions, provider: &Arc<CryptoProvider>) -> Result<Verifier> {
    let check_name = match (options.mode, &options.root) {
        // libpq treats `require` with an authority as `verify-ca` (manual, 34.19.1).
        (SslMode::VerifyCa, _) | (SslMode::Require, Some(_)) => false,
        (SslMode::VerifyFull, _) => true,
        _ => return Ok(Verifier::anything(provider.clone())),
    };
    let certificates = match &options.root {
        Some(RootCertificates::File(file)) => certificates_in(file)?,
        Some(RootCertificates::Pem(pem)) => CertificateDer::pem_slice_iter(pem)
            .collect::<Result<_, _>>()
            .map_err(|error| unusable("the authorities' certificates cannot be read").with_source(error))?,
        Some(RootCertificates::System) | None => rustls_native_certs::load_native_certs().certs,
    };
    let mut roots = RootCertStore::empty();
    // A system's store holds a few that no library can read; what is left must hold one.
    let (usable, _) = roots.add_parsable_certificates(certificates.iter().cloned());
    if usable == 0 {
        return Err(unusable("no certificate authority is known to verify the server with")
            .with_hint("name a file with sslrootcert"));
    }
    Ok(Verifier::against(roots, certificates, check_name, provider.clone()))
}

fn certificates_in(file: &Path) -> Result<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_file_iter(file).and_then(Iterator::collect).map_err(|error| unreadable(file, error))
}

fn key_in(file: &Path) -> Result<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_file(file).map_err(|error| unreadable(file, error))
}

fn unreadable(file: &Path, error: rustls::pki_types::pem::Error) -> Error {
    unusable(format!("{} cannot be read as PEM", file.display()))
        .with_hint("check that it exists, may be read, and begins with -----BEGIN")
        .with_source(error)
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

impl AsyncRead for Transport {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Transport::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Transport::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Transport {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Transport::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Transport::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Transport::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Transport::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Transport::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Transport::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

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
