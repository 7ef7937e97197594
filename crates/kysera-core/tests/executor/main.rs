//! The executor over a driver that exists in memory only: what is sent, in which order, and what is left when a future
//! is dropped at any point or anything fails.

mod deadlock;
mod dropping;
mod fake;
mod fetch;
mod layer;
mod log;
mod pipeline;
mod plugins;
mod retry;
mod savepoint;
mod stream;
mod transaction;
