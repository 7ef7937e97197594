//! Whether and how connections are encrypted, as the options say it.

use kysera_net::{Certificates, TlsNames};

/// Whether and how a connection is encrypted, with the meaning that MySQL gives these names (`--ssl-mode`).
///
/// Over a Unix socket there is no encryption, whatever the mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SslMode {
    /// Never encrypted.
    Disabled,
    /// Encrypted where the server offers it. MySQL's default where no authority is given, and safe against nobody who can change what is sent.
    #[default]
    Preferred,
    /// Encrypted. The certificate is not looked at, unless an authority is given: then as `VerifyCa`.
    Required,
    /// Encrypted, and the certificate comes from a known authority.
    VerifyCa,
    /// Encrypted, and the certificate comes from a known authority and names the host.
    VerifyIdentity,
}

/// What the settings of certificates are called in an address.
pub(crate) const NAMES: TlsNames = TlsNames { root: "ssl-ca", client: "ssl-cert", client_key: "ssl-key" };

#[derive(Clone, Debug, Default)]
pub(crate) struct SslOptions {
    pub(crate) mode: Option<SslMode>,
    pub(crate) certificates: Certificates,
}

impl SslOptions {
    /// The mode that was said. An authority without one is there to be asked (manual, "Command Options for Encrypted
    /// Connections", `--ssl-mode`).
    pub(crate) fn mode(&self) -> SslMode {
        let implied = if self.certificates.root.is_some() { SslMode::VerifyCa } else { SslMode::default() };
        self.mode.unwrap_or(implied)
    }
}
