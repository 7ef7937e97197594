//! The SQLite driver of Kysera, on rusqlite with SQLite bundled.
//!
//! A short statement runs on the calling task: handing it to another thread costs more than most statements take.
//! A query that takes longer than its budget (500 µs) is interrupted and started again on tokio's blocking pool. A
//! write is never interrupted for its budget, since SQLite would roll its whole transaction back. What waits for the
//! disk or changes the schema, and raw SQL other than a query, starts on the blocking pool. A database in a file has one
//! connection that writes, which callers get in turn, and several that read (WAL); a database in memory has one.
//!
//! **For whom:** applications with a database in a file or in memory, which use it as `kysera::sqlite`.
//!
//! **Where to begin:** with [`Sqlite::open`]; what can be tuned is in [`SqliteOptions`].
//!
//! ```
//! use kysera_sqlite::{Sqlite, SqliteOptions};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> kysera_core::Result<()> {
//! let in_memory = Sqlite::memory()?;
//! # let dir = tempfile::tempdir().expect("a temporary directory");
//! # let path = dir.path().join("app.db");
//! let in_a_file = Sqlite::open(&path).await?;
//! let tuned = Sqlite::connect(SqliteOptions::file(&path).readers(2).foreign_keys(false)).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What cannot be cut short
//! SQLite looks at the clock between its own small steps. One call of a function on megabytes of text, and dropping a
//! large table, are a single step: the first time, such a query holds its thread for as long as it takes; from then
//! on it starts on the blocking pool. A query may run twice, so a registered function with side effects may be called
//! twice.

mod blocking;
mod busy;
mod checkpoint;
mod connection;
mod database;
mod driver;
mod error;
mod exact;
mod forms;
mod functions;
mod history;
mod keyword;
mod manager;
mod options;
mod raw;
mod schedule;
mod statement;
mod stream;
mod transaction;
mod url;
mod yield_now;

pub use driver::Sqlite;
pub use functions::register_functions;
pub use kysera_core::pool::{PoolOptions, PoolStatus};
pub use options::{Journal, SqliteOptions, Synchronous};
/// The client below, for [`SqliteOptions::on_connect`].
pub use rusqlite;
