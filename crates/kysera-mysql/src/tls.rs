//! TLS by rustls: what is verified, and the stream that comes of it.
//!
//! Decides nothing about falling back to plain text: that stands in `login`.

mod verify;

use crate::socket::{Socket, Transport};
use crate::ssl::{RootCertificates, SslMode, SslOptions};
use kysera_core::error::{Error, ErrorKind, Result};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsConnector;
use verify::Verifier;

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
        if options.mode == SslMode::Disabled {
            return Ok(None);
        }
        let provider = Arc::new(ring::default_provider());
        let verifier = Arc::new(verifier(options, &provider)?);
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable("this build has no TLS version to offer").with_source(error))?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let config = match (&options.client_certificate, &options.client_key) {
            (Some(certificate), Some(key)) => {
                builder.with_client_auth_cert(certificates_in(certificate)?, key_in(key)?).map_err(
                    |error| unusable("the client certificate and its key do not fit").with_source(error),
                )?
            }
            _ => builder.with_no_client_auth(),
        };
        Ok(Some(Tls(TlsConnector::from(Arc::new(config)))))
    }

    /// Shakes hands on a socket whose server waits for it.
    pub(crate) async fn shake_hands(&self, socket: Socket, host: &str) -> Result<Transport> {
        let name = ServerName::try_from(host.to_owned()).map_err(|error| {
            unusable("the host in the address is no name and no address").with_source(error)
        })?;
        let stream = self.0.connect(name, socket).await.map_err(|error| {
            // rustls' texts name the certificate's flaw and hold no secrets.
            unusable(format!("the TLS handshake failed: {error}"))
                .with_hint("check ssl-ca, and that the certificate names the host in the address")
                .with_source(error)
        })?;
        Ok(Transport::Tls(Box::new(stream)))
    }
}

fn unusable(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Tls, message.into())
}

fn verifier(options: &SslOptions, provider: &Arc<CryptoProvider>) -> Result<Verifier> {
    let check_name = match (options.mode, &options.root) {
        // As MySQL's client does with an authority and no mode (manual, "Command Options for Encrypted Connections").
        (SslMode::VerifyCa, _) | (SslMode::Required, Some(_)) => false,
        (SslMode::VerifyIdentity, _) => true,
        _ => return Ok(Verifier::anything(provider.clone())),
    };
    let certificates = match &options.root {
        Some(RootCertificates::File(file)) => certificates_in(file)?,
        Some(RootCertificates::Pem(pem)) => CertificateDer::pem_slice_iter(pem)
            .collect::<Result<_, _>>()
            .map_err(|error| unusable("the authorities' certificates cannot be read").with_source(error))?,
        None => rustls_native_certs::load_native_certs().certs,
    };
    let mut roots = RootCertStore::empty();
    // A system's store holds a few that no library can read; what is left must hold one.
    let (usable, _) = roots.add_parsable_certificates(certificates.iter().cloned());
    if usable == 0 {
        return Err(unusable("no certificate authority is known to verify the server with")
            .with_hint("name a file with ssl-ca"));
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
