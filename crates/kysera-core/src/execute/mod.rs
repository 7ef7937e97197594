//! How a statement is run.

pub(crate) mod collect;
pub(crate) mod error_location;
pub(crate) mod executor;
pub(crate) mod fetch;
pub(crate) mod intercept;
pub(crate) mod lower;
pub(crate) mod pipeline;
pub(crate) mod query_ext;
pub(crate) mod run;
pub(crate) mod script;
pub(crate) mod session;
pub(crate) mod stream;
