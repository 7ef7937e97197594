//! What the PostgreSQL driver promises, on a real server.
//!
//! Every test works in a schema of its own, so that they run at the same time.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod connect;
mod errors;
mod statements;
mod support;
mod transactions;
