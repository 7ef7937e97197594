//! Transactions: begun on a database handle, with savepoints inside, and run again after a conflict.

mod begin;
mod handle;
mod retry;
mod savepoint;

pub use handle::Transaction;
pub use retry::{Retry, retry_on_conflict};
pub use savepoint::Savepoint;
