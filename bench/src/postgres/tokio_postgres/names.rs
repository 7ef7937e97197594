//! What the variants are called.

/// Rows are collected before they are decoded.
pub const COLLECTED: &str = "tokio-postgres";

/// Rows are decoded as they come.
pub const STREAMED: &str = "tokio-postgres, streamed";
