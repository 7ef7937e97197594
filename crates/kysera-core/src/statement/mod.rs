//! Queries that are not built by the typed builder: raw SQL, and trees made at run time.

pub(crate) mod raw;
pub(crate) mod tree;
