//! What the variants are called.

/// Each query takes its connection from a pool.
pub const NAME: &str = "sqlx";

/// The connection is held.
pub const HELD: &str = "sqlx, one connection";

/// Rows are read as the macros of SQLx read them.
pub const MACROS: &str = "sqlx, as its macros read";
