//! Layers that come with Kysera, on real databases.

mod capture;
mod conformance;
mod query_log;
