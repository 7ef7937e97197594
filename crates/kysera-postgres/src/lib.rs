//! The PostgreSQL driver of Kysera, on tokio-postgres.
//!
//! Speaks PostgreSQL's protocol in its binary form to PostgreSQL and to what speaks like it, directly or through a
//! proxy. Knows nothing of trees, plugins or Rust row types: it is given text and values, and hands cells to a sink.
//!
//! **For whom:** applications with a server of PostgreSQL, which use it as `kysera::postgres`.
//!
//! **Where to begin:** with [`Postgres::connect`]; what can be tuned is in [`PostgresOptions`], also as parameters of
//! an address.
//!
//! ```no_run
//! use kysera_core::Db;
//! use kysera_postgres::{Postgres, PostgresOptions, SslMode};
//!
//! # async fn example() -> kysera_core::Result<()> {
//! let options: PostgresOptions = "postgres://ann:secret@db1/shop".parse()?;
//! let driver = Postgres::connect(options.ssl_mode(SslMode::VerifyFull).max_connections(20)).await?;
//! let db = Db::new(driver);
//! # Ok(())
//! # }
//! ```
//!
//! # What it promises
//! * A connection that was left in any state is cleaned or closed before anybody else has it. A statement whose
//!   future was dropped is waited for a moment, then cancelled, and a request to cancel never hits another one.
//! * A commit that the server turned into a rollback is an error (`RolledBack`); so is one whose answer was lost
//!   (`CommitUnknown`).
//! * No statement takes two round trips because it is prepared: it is sent unnamed twice, and named from the third
//!   time on.

mod cancel;
mod clean;
mod connect;
mod connection;
mod driver;
mod error;
mod flavour;
mod incarnation;
mod listener;
mod lost_commit;
mod manager;
mod notification;
mod options;
mod params;
mod pipeline;
mod protocol;
mod raw_connection;
mod read;
#[cfg(test)]
mod round_trips;
mod run;
mod server;
mod ssl;
mod statements;
mod stream;
mod tls;
mod transact;
mod transaction;
mod types;

pub use driver::Postgres;
pub use error::ServerError;
pub use kysera_core::pool::{PoolOptions, PoolStatus};
#[doc(inline)]
pub use kysera_net::Reset;
pub use listener::Listener;
pub use notification::{Event, Notification};
pub use options::PostgresOptions;
pub use raw_connection::RawConnection;
pub use ssl::SslMode;
