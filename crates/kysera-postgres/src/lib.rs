//! The PostgreSQL driver of Kysera, on tokio-postgres.
//!
//! Speaks PostgreSQL's protocol in its binary form to PostgreSQL and to what speaks like it, directly or through a
//! proxy. Knows nothing of trees, plugins or Rust row types: it is given text and values, and hands cells to a sink.

mod cancel;
mod connect;
mod connection;
mod driver;
mod error;
mod link;
mod listener;
mod options;
mod params;
mod pipeline;
mod pool;
mod read;
mod release;
mod run;
mod socket;
mod statements;
mod stream;
mod tap;
mod tls;
mod transaction;
#[cfg(test)]
mod trips;
mod types;

pub use driver::{Postgres, Status};
pub use error::ServerError;
pub use listener::{Heard, Listener, Notification};
pub use options::{PostgresOptions, Reset, SslMode};
