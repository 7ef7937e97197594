//! The contracts of Kysera and the pipeline that runs a query.
//!
//! Authors of drivers and plugins depend on this crate: [`driver`], [`plugin`] and [`error`] are all they need.

mod answer;
mod bypass;
mod call;
mod clock;
mod db;
mod deadlock;
pub mod driver;
pub mod error;
mod execution;
mod executor;
mod extensions;
mod fetch;
mod pipeline;
mod place;
pub mod plugin;
pub mod plugin_set;
mod prepare;
mod raw;
mod retry;
mod rewrite;
mod savepoint;
mod script;
mod session;
mod stream;
mod terminals;
mod transaction;
mod tree;

pub use answer::{All, Answer, Done, First, One, Optional, Plan};
pub use clock::{Clock, FixedClock, SystemClock};
pub use db::{Db, DbBuilder};
pub use error::{Error, ErrorKind, Result};
pub use execution::Execution;
pub use executor::Executor;
#[doc(hidden)]
pub use executor::{Seat, sealed};
pub use extensions::Extensions;
pub use fetch::Fetch;
#[doc(hidden)]
pub use pipeline::Taken;
pub use pipeline::{Answers, Pipeline};
pub use plugin_set::PluginSet;
pub use raw::{RawSql, raw};
pub use retry::{Retry, retry_on_conflict};
pub use savepoint::Savepoint;
pub use script::{Script, script};
#[doc(hidden)]
pub use stream::Borrowed;
pub use stream::{RowsStream, StreamSource};
pub use terminals::Terminals;
pub use transaction::Transaction;
pub use tree::{Tree, tree};
