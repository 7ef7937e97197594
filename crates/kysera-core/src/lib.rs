//! Runs typed SQL: the contracts of drivers and plugins, and the pipeline between a query and a driver.
//!
//! **For whom:** authors of drivers and of plugins. Applications use it through `kysera`, as `kysera::executor`. It knows
//! no database and has no plugin: those are crates and types of their own.
//!
//! **Where to begin:** with the way of a statement, then with the section for [users](#for-users),
//! [authors of drivers](#for-authors-of-drivers) or [authors of plugins](#for-authors-of-plugins).
//!
//! # The way of a statement
//!
//! ```text
//! query.fetch_all(&db)        statement, prepared   what is run: a query, raw SQL, a tree, a prepared query
//!         │
//!         ▼
//!       execute               finds the database and the connection, joins the stages below
//!         │ tree
//!         ▼
//!    plugin, rewrite          plugins change the tree; row filters are added to each reference to a table
//!         │ tree
//!         ▼
//!      sql::compile           writes it as text, and values, in the dialect of the driver
//!         │ text, values
//!         ▼
//!       driver, pool          takes a connection and sends it
//!         │ cells
//!         ▼
//!       execute               reads each row as the Rust type, and gives the rows to the caller
//! ```
//!
//! A transaction (`transaction`) is a connection that is kept; `db` is the handle that holds driver, plugins and clock.
//! Each name is a folder of this crate, but for `sql`, which is the crate `kysera-sql`.
//!
//! # For users
//!
//! An application depends on `kysera`, which has these items as `kysera::executor`. Begin with [`Db`]: a driver, with
//! plugins. [`QueryExt`] gives every query the methods that run it, on anything that is an [`Executor`]: the handle, a
//! [`Transaction`], a [`Savepoint`], or a type of yours. [`prepare`] makes a query that is built once and run often;
//! [`raw`], [`script`] and [`tree`] run what no typed query says. Failures are an [`Error`] with an [`ErrorKind`].
//!
//! # For authors of drivers
//!
//! Begin with [`driver`]: the traits [`Driver`](driver::Driver) and [`Connection`](driver::Connection), and what they
//! promise about futures that are dropped. A driver receives a [`Compiled`](sql::compiled::Compiled) and hands
//! [`Cell`](sql::cell::Cell)s to a [`RowSink`](sql::row::RowSink); it never sees the tree. [`pool`] is a pool for its
//! connections. The suite that proves the promises is in the crate `kysera-testing`.
//!
//! # For authors of plugins
//!
//! Begin with [`plugin`]: the trait [`Plugin`](plugin::Plugin), whose methods do nothing unless you write them, and the
//! [`Context`](plugin::Context) that they are given. A plugin sees the tree ([`sql::ast`]) and what is known of tables
//! ([`sql::table`]); it never sees SQL text. [`sql::visit`] walks a tree. To see or delay what is sent without changing
//! it, write a [layer](driver::layer) instead.

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
/// The tree, the builder, the dialects and the compiler: the crate `kysera-sql`, which the contracts here are written in.
pub use kysera_sql as sql;
pub use plugin::clock::{Clock, FixedClock, SystemClock};
pub use plugin::extensions::Extensions;
pub use plugin::interception::Interception;
pub use prepared::{Bound, Prepare, Prepared, prepare};
pub use rewrite::{Applied, PluginSet, PluginSetError, PolicyError};
pub use statement::raw::{RawSql, raw};
pub use statement::tree::{Tree, tree};
pub use transaction::{Retry, Savepoint, Transaction, retry_on_conflict};
