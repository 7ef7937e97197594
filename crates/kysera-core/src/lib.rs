//! The contracts of Kysera and the pipeline that runs a query.
//!
//! Authors of drivers and plugins depend on this crate: [`driver`], [`plugin`] and [`error`] are all they need.

pub mod driver;
pub mod error;
pub mod plugin;

pub use error::{Error, ErrorKind, Result};
