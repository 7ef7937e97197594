//! The driver of Kysera for MySQL and MariaDB.
//!
//! Speaks their protocol in its binary form, over a connection of its own on mysql_common, tokio and rustls. Knows nothing
//! of trees, plugins or Rust row types: it is given text and values, and hands cells to a sink.
//!
//! **For whom:** applications with a server of MySQL (from 8.0.14) or MariaDB (from 10.5), which use it as `kysera::mysql`.
//!
//! **Where to begin:** with [`MySql::connect`]; what can be tuned is in [`MySqlOptions`], also as parameters of an address.
//!
//! ```no_run
//! use kysera_core::Db;
//! use kysera_mysql::{MySql, MySqlOptions, SslMode};
//!
//! # async fn example() -> kysera_core::Result<()> {
//! let options: MySqlOptions = "mysql://ann:secret@db1/shop".parse()?;
//! let driver = MySql::connect(options.ssl_mode(SslMode::VerifyIdentity).max_connections(20)).await?;
//! let db = Db::new(driver);
//! # Ok(())
//! # }
//! ```
//!
//! # What it promises
//! * A connection that was left in any state is cleaned or closed before anybody else has it. A statement whose future was
//!   dropped is waited for a moment, then ended by `kill query`, and that never hits another one.
//! * A transaction that the server has ended by itself (a deadlock, a statement that commits) refuses everything but its
//!   rollback; a commit whose answer was lost is `CommitUnknown`.
//! * A statement is prepared once for each combination of parameter types, because MySQL keeps the types of the first use.
//! * A password goes in clear text only inside TLS or through a Unix socket. No file of this machine is given to a server
//!   that asks for one, and no text is sent that could hold several statements.
//! * Sessions are in UTC, in utf8mb4 and strict; a list that the server has cut is an error.

mod cancel;
mod cells;
mod clean;
mod columns;
mod connect;
mod connection;
mod driver;
mod error;
mod exchange;
mod execute;
mod facts;
mod flavour;
mod ignore;
mod key_columns;
mod login;
mod manager;
mod options;
mod packet;
mod params;
mod pipeline;
mod raw_connection;
mod read;
mod run;
mod server;
mod session;
mod ssl;
mod statements;
mod stream;
mod tls;
mod transact;
mod transport;
mod undone;
mod warnings;
mod wire;

// mysql_common needs a backend of it to be chosen.
use flate2 as _;

pub use driver::MySql;
pub use error::ServerError;
pub use kysera_core::pool::{PoolOptions, PoolStatus};
#[doc(inline)]
pub use kysera_net::Reset;
pub use options::MySqlOptions;
pub use raw_connection::RawConnection;
pub use ssl::SslMode;
