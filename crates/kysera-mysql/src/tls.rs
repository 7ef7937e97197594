//! TLS: what each mode verifies, and the stream that comes of it.
//!
//! Decides nothing about falling back to plain text: that stands in `login`.

use crate::ssl::{NAMES, SslMode, SslOptions};
use crate::transport::Transport;
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_net::{Socket, Verify};
use std::sync::Arc;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

/// How to speak TLS, made once for each driver.
#[derive(Clone)]
pub(crate) struct Tls(TlsConnector);

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls(..)")
    }
}

impl Tls {
    /// Reads certificates and prepares the verifier; `None` where TLS is never used.
    pub(crate) fn new(options: &SslOptions) -> Result<Option<Tls>> {
        let verify = match (options.mode(), &options.certificates.root) {
            (SslMode::Disabled, _) => return Ok(None),
            (SslMode::VerifyCa, _) | (SslMode::Required, Some(_)) => Verify::Authority,
            (SslMode::VerifyIdentity, _) => Verify::Identity,
            (SslMode::Preferred, Some(_)) => {
                let message = "with ssl-mode=PREFERRED nobody would ask the authority of ssl-ca";
                return Err(Error::new(ErrorKind::Configuration, message)
                    .with_hint("leave ssl-mode out, or say VERIFY_CA or VERIFY_IDENTITY"));
            }
            (SslMode::Preferred | SslMode::Required, None) => Verify::Nothing,
        };
        let config = options.certificates.client_config(verify, NAMES)?;
        Ok(Some(Tls(TlsConnector::from(Arc::new(config)))))
    }

    /// Shakes hands on a socket whose server waits for it.
    pub(crate) async fn shake_hands(&self, socket: Socket, host: &str) -> Result<Transport> {
        let name = ServerName::try_from(host.to_owned()).map_err(|error| {
            Error::new(ErrorKind::Tls, "the host in the address is no name and no address").with_source(error)
        })?;
        let stream = self.0.connect(name, socket).await.map_err(|error| NAMES.handshake_failed(error))?;
        Ok(Transport::Tls(Box::new(stream)))
    }
}
