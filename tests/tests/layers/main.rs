//! Layers that come with Kysera, on real databases.
#![expect(clippy::unwrap_used, reason = "a scenario that fails panics")]

mod capture;
mod checks;
mod conformance;
mod query_log;
