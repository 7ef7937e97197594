//! Conformance suites and testing tools for Kysera drivers and applications.

pub mod servers;
mod skip;

pub use servers::{postgres_ca, postgres_password_url, postgres_socket, postgres_url};
pub use skip::skip;
