//! Layers: each sees every operation on the driver that it is put around.
//!
//! They use nothing that a layer of yours could not: see [`driver::layer`](kysera_core::driver::layer) for the contract.

mod query_log;

pub use query_log::{Parameters, QueryLog};
