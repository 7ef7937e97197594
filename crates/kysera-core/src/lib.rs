//! The contracts of Kysera and the pipeline that runs a query.
//!
//! **For whom:** authors of drivers and of plugins, who need `kysera-sql` beside it. Applications use it through
//! `kysera`, as `kysera::executor`.
//!
//! **Where to begin:** a driver with [`driver::Driver`] and the conformance suite of `kysera-testing`; a plugin with
//! [`plugin::Plugin`]; what both return when something fails is in [`error`].
//!
//! A [`Db`] is a driver with plugins over it. A query is detached until one of the [`QueryExt`] runs it on a database,
//! a [`Transaction`] or whatever else is an [`Executor`]: it is rewritten by the plugins, written as SQL and run.
//! [`raw`] and [`tree`] make queries of text and of trees built at run time.

mod db;
pub mod driver;
pub mod error;
mod execute;
pub mod plugin;
pub mod pool;
mod prepared;
mod rewrite;
mod statement;
mod transaction;

pub use db::{Db, DbBuilder};
pub use error::{Error, ErrorKind, Result};
pub use execute::collect::{AllRows, Collector, FirstRow, NoRows, OneRow, OptionalRow, QueryPlan};
pub use execute::executor::{Executor, ExecutorRef};
pub use execute::fetch::Fetch;
#[doc(hidden)]
pub use execute::pipeline::Taken;
pub use execute::pipeline::{Answers, Pipeline};
pub use execute::query_ext::QueryExt;
pub use execute::script::{Script, script};
pub use execute::stream::{RowsStream, StreamRef, StreamSource};
pub use plugin::clock::{Clock, FixedClock, SystemClock};
pub use plugin::extensions::Extensions;
pub use plugin::interception::Interception;
pub use prepared::{Bound, Prepare, Prepared, prepare};
pub use rewrite::{Applied, PluginSet, PluginSetError, PolicyError};
pub use statement::raw::{RawSql, raw};
pub use statement::tree::{Tree, tree};
pub use transaction::{Retry, Savepoint, Transaction, retry_on_conflict};
