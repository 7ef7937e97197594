//! Testing tools for Kysera: the suite that every driver must pass, and the servers that tests may use.
//!
//! **For whom:** authors of drivers, and this workspace's own tests.
//!
//! **Where to begin:** with the example in [`conformance`](mod@conformance), which is all that a driver has to write.
//!
//! ```no_run
//! # fn connect(_: &str) {}
//! // Returns, with one visible line, where no server is at hand; fails where one was promised.
//! let Some(url) = kysera_testing::postgres_url() else { return };
//! connect(&url);
//! ```

pub mod by_hand;
pub mod conformance;
mod log;
pub mod servers;
mod skip;

pub use servers::{
    mariadb_url, mysql_url, postgres_ca, postgres_password_url, postgres_run, postgres_socket, postgres_url,
};
pub use skip::skip;
