//! The driver's behaviour at the level of its contract: statements made by hand, no builder and no executor.
//!
//! One program, so that SQLite is linked once.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod basics;
mod common;
