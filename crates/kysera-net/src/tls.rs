//! TLS by rustls: which certificates are read and what is verified by them.
//!
//! What a mode of a database means, how its server is asked for TLS and whether a connection may do without is the driver's.

mod verify;

use kysera_core::error::{Error, ErrorKind, Result};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use verify::Verifier;

/// What is verified of a server's certificate. It must own the certificate's key in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verify {
    /// Nothing: any certificate will do.
    Nothing,
    /// It comes from a known authority.
    Authority,
    /// It comes from a known authority and names the host.
    Identity,
}

/// The certificates that options name.
#[derive(Clone, Debug, Default)]
pub struct Certificates {
    /// The authorities that may sign the server's; those of the system where nothing is said.
    pub root: Option<RootCertificates>,
    /// The file with the client's own.
    pub client: Option<PathBuf>,
    /// The file with its key.
    pub client_key: Option<PathBuf>,
}

/// Where authorities' certificates come from.
#[derive(Clone, Debug)]
pub enum RootCertificates {
    /// From the system, and somebody said so.
    System,
    /// From a file (PEM).
    File(PathBuf),
    /// From this text (PEM).
    Pem(Vec<u8>),
}

/// What a database calls these settings, for messages.
#[derive(Clone, Copy, Debug)]
pub struct TlsNames {
    /// Of the file with authorities.
    pub root: &'static str,
    /// Of the client's certificate.
    pub client: &'static str,
    /// Of its key.
    pub client_key: &'static str,
}

impl Certificates {
    /// Refuses a certificate without its key, and a key without its certificate.
    ///
    /// # Errors
    /// `Configuration`.
    pub fn check(&self, names: TlsNames) -> Result<()> {
        if self.client.is_some() == self.client_key.is_some() {
            return Ok(());
        }
        let what = "a client certificate and its key go together";
        Err(Error::new(ErrorKind::Configuration, what)
            .with_hint(format!("give both {} and {}, or none", names.client, names.client_key)))
    }

    /// Reads the certificates and prepares to verify by them.
    ///
    /// # Errors
    /// `Tls` when one cannot be read, or there is none to verify by.
    pub fn client_config(&self, verify: Verify, names: TlsNames) -> Result<ClientConfig> {
        let provider = Arc::new(ring::default_provider());
        let verifier = match verify {
            Verify::Nothing => Verifier::anything(provider.clone()),
            Verify::Authority => self.verifier(false, names, &provider)?,
            Verify::Identity => self.verifier(true, names, &provider)?,
        };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable("this build has no TLS version to offer").with_source(error))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        match (&self.client, &self.client_key) {
            (Some(certificate), Some(key)) => {
                builder.with_client_auth_cert(certificates_in(certificate)?, key_in(key)?).map_err(|error| {
                    unusable("the client certificate and its key do not fit").with_source(error)
                })
            }
            _ => Ok(builder.with_no_client_auth()),
        }
    }

    fn verifier(
        &self,
        check_name: bool,
        names: TlsNames,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Verifier> {
        let certificates = match &self.root {
            Some(RootCertificates::File(file)) => certificates_in(file)?,
            Some(RootCertificates::Pem(pem)) => {
                CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|error| {
                    unusable("the authorities' certificates cannot be read").with_source(error)
                })?
            }
            Some(RootCertificates::System) | None => rustls_native_certs::load_native_certs().certs,
        };
        let mut roots = RootCertStore::empty();
        // A system's store holds a few that no library can read; what is left must hold one.
        let (usable, _) = roots.add_parsable_certificates(certificates.iter().cloned());
        if usable == 0 {
            return Err(unusable("no certificate authority is known to verify the server with")
                .with_hint(format!("name a file with {}", names.root)));
        }
        Ok(Verifier::against(roots, certificates, check_name, provider.clone()))
    }
}

impl TlsNames {
    /// The error of a handshake that failed. rustls' texts name the certificate's flaw and hold no secrets.
    pub fn handshake_failed(self, error: io::Error) -> Error {
        unusable(format!("the TLS handshake failed: {error}"))
            .with_hint(format!("check {}, and that the certificate names the host in the address", self.root))
            .with_source(error)
    }
}

fn unusable(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Tls, message.into())
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

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: TlsNames = TlsNames { root: "the-ca", client: "the-cert", client_key: "the-key" };

    #[test]
    fn a_key_without_its_certificate_is_refused_in_the_databases_words() {
        let alone = Certificates { client_key: Some("/k".into()), ..Certificates::default() };
        let error = alone.check(NAMES).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert_eq!(error.hint(), Some("give both the-cert and the-key, or none"));
        assert!(Certificates::default().check(NAMES).is_ok());
    }

    #[test]
    fn authorities_that_cannot_be_read_are_an_error_where_they_are_needed() {
        let root = |root| Certificates { root: Some(root), ..Certificates::default() };
        let missing = root(RootCertificates::File("/no/such/file.pem".into()));
        let error = missing.client_config(Verify::Identity, NAMES).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tls);
        assert!(error.to_string().contains("/no/such/file.pem"), "{error}");
        let empty = root(RootCertificates::Pem(Vec::new()));
        let error = empty.client_config(Verify::Authority, NAMES).unwrap_err();
        assert_eq!(error.hint(), Some("name a file with the-ca"));
        assert!(empty.client_config(Verify::Nothing, NAMES).is_ok());
    }
}
