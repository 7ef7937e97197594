//! What the variants are called.

/// Rows are decoded as they come, and collected.
pub const NAME: &str = "mysql_async";

/// Rows are decoded as they come, and given up.
pub const STREAMED: &str = "mysql_async, streamed";
