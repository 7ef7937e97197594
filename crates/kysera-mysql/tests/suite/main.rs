//! What the MySQL driver promises, on real servers of both flavours.
//!
//! Every test works in a database of its own, so that they run at the same time.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod conformance;
mod connect;
mod dropping;
mod errors;
mod limits;
mod pipeline;
mod returning;
mod returning_locked;
mod returning_refused;
mod returning_upserts;
mod soak;
mod support;
mod transactions;
mod typed;
mod undone;
mod values;
