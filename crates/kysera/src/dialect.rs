//! Dialects: how each database writes SQL, what it can do, and the clauses that it alone has.

pub use kysera_sql::dialect::{Capabilities, Dialect, MySql, Postgres, SqlServer, Sqlite, Version};

/// Clauses that PostgreSQL alone has: `use kysera::dialect::postgres::*`.
pub use kysera_sql::query::postgres;
