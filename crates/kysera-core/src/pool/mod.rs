//! The pool of connections that every driver uses. For authors of drivers; users meet its [options](PoolOptions) and its
//! [status](PoolStatus).
//!
//! A driver implements [`Manager`]: how a connection is opened, checked, cleaned and closed. [`Pool`] does the rest: it
//! lends connections first come first served, within one deadline over all that this takes, opens them in the background,
//! closes those that are idle or old, and counts what happens.
//!
//! ```
//! use kysera_core::Result;
//! use kysera_core::driver::BoxFuture;
//! use kysera_core::pool::{Hooks, Manager, Pool, PoolOptions, Returned};
//!
//! struct Session;
//! struct Server;
//!
//! impl Manager for Server {
//!     type Connection = Session;
//!
//!     fn open(&self) -> BoxFuture<'_, Result<Session>> {
//!         Box::pin(async { Ok(Session) })
//!     }
//!
//!     fn is_clean(&self, _: &Session) -> bool {
//!         true
//!     }
//!
//!     fn clean(&self, returned: Returned<Self>) {
//!         returned.keep();
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<()> {
//! let pool = Pool::new(Server, PoolOptions::default().max_connections(2), Hooks::default());
//! let session = pool.acquire().await?;
//! assert_eq!((pool.status().in_use, pool.status().idle), (1, 0));
//! drop(session);
//! assert_eq!(pool.status().idle, 1);
//! # Ok(())
//! # }
//! ```

mod acquire;
mod deadline;
mod hooks;
mod manager;
mod opening;
mod options;
mod parameter;
mod queue;
mod reaper;
mod status;
mod sync;
#[cfg(test)]
mod tests;

pub(crate) use deadline::within;

pub use acquire::{Borrowed, Pool, Pooled};
pub use hooks::Hooks;
pub use manager::{Manager, OpenFailure, Returned, Room};
pub use options::{PoolOptions, parse_duration};
pub use parameter::unknown_parameter;
pub use status::{CloseReason, ClosedCounts, PoolStatus};
