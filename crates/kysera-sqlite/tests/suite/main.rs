//! The driver's behaviour at the level of its contract: statements made by hand, no builder and no executor.
//!
//! One program, so that SQLite is linked once.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod aborted;
mod basics;
mod busy;
mod checkpoint;
mod common;
mod conformance;
mod drops;
mod panics;
mod queue;
mod raw_reads;
mod restart;
mod schema;
mod soak;
