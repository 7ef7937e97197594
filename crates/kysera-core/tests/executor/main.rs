//! The executor over a driver that exists in memory only: what is sent, in which order, and what is left when a future
//! is dropped at any point or anything fails.

mod deadlock;
mod fake;
mod fetch;
mod transaction;
