//! What Kysera's drivers of servers share: sockets, TLS, addresses, and the options of a connection.
//!
//! Knows no database: how a server asks for TLS, what its modes of encryption are called and how it logs in is each driver's
//! own. Keeps no connections: that is the pool's work, in `kysera-core`.
//!
//! **For whom:** the drivers of this workspace. It is internal: its items change from one version to the next. Applications
//! meet what they need of it through the driver that they use.
//!
//! **Where to begin:** with [`Address`], which opens a [`Socket`], and with [`Certificates`], which say how to encrypt it;
//! [`server_options!`] writes the methods that the options of all drivers have.

mod address;
mod options;
mod pass_on;
mod password;
mod runtime;
mod socket;
mod tls;
mod url;

pub use address::{Address, KeepAlive, in_time, no_address};
pub use options::Reset;
pub use password::PasswordProvider;
pub use runtime::{DrivenBy, needs_runtime};
pub use socket::Socket;
pub use tls::{Certificates, RootCertificates, TlsNames, Verify};
pub use url::{UrlForm, invalid};
