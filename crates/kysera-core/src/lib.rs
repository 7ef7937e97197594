//! The contracts of Kysera and the pipeline that runs a query.
//!
//! Authors of drivers and plugins depend on this crate: [`driver`], [`plugin`] and [`error`] are all they need.
//! Applications use it through `kysera`, as `kysera::executor`.
//!
//! A [`Db`] is a driver with plugins over it. A query is detached until one of the [`Terminals`] runs it on a database,
//! a [`Transaction`] or whatever else is an [`Executor`]: it is rewritten by the plugins, written as SQL and run.
//! [`raw`] and [`tree`] make queries of text and of trees built at run time.

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
mod outgoing;
mod pipeline;
mod place;
pub mod plugin;
pub mod plugin_set;
mod prepared;
mod raw;
mod recording;
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
pub use prepared::{Bound, Prepare, Prepared, prepare};
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
