//! What the PostgreSQL driver promises, on a real server.
//!
//! Every test works in a schema of its own, so that they run at the same time.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod conformance;
mod connect;
mod dropping;
mod errors;
mod faults;
mod killed;
mod listening;
mod lookups;
mod lost_commits;
mod pipeline;
mod pool;
mod proxied;
mod proxy;
mod schema_changes;
mod search_path;
mod spare;
mod statements;
mod stream;
mod support;
mod transactions;
