//! Whether and how connections are encrypted, as the options say it.

use kysera_net::{Certificates, TlsNames};

/// Whether and how a connection is encrypted, with the meaning that libpq gives these names.
///
/// Over a Unix socket there is no encryption, whatever the mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SslMode {
    /// Never encrypted.
    Disable,
    /// Not encrypted; encrypted where the server refuses that.
    Allow,
    /// Encrypted; not encrypted where the server cannot, or refuses that. libpq's default, and safe against nobody.
    #[default]
    Prefer,
    /// Encrypted. The certificate is not looked at, unless an authority is given: then as `VerifyCa`.
    Require,
    /// Encrypted, and the certificate comes from a known authority.
    VerifyCa,
    /// Encrypted, and the certificate comes from a known authority and names the host.
    VerifyFull,
}

/// What the settings of certificates are called in an address.
pub(crate) const NAMES: TlsNames = TlsNames { root: "sslrootcert", client: "sslcert", client_key: "sslkey" };

#[derive(Clone, Debug, Default)]
pub(crate) struct SslOptions {
    pub(crate) mode: SslMode,
    pub(crate) certificates: Certificates,
    /// TLS from the first byte (PostgreSQL 17), without asking first.
    pub(crate) direct: bool,
}
