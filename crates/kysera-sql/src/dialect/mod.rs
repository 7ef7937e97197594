//! Databases, by what they can do and how they spell it.
//!
//! ANSI is the default; a dialect states differences only. Code outside this module asks capabilities, never names.

mod capabilities;
mod filtering;

pub use capabilities::Capabilities;
pub use filtering::{Filtering, FullJoinFilter, NameCase, Raise, UpsertCheck};

/// A database's way of writing SQL.
pub trait Dialect: std::fmt::Debug + Send + Sync {
    /// The name for messages: `SQLite`, `PostgreSQL`, `MySQL`, `SQL Server`.
    fn name(&self) -> &'static str;

    /// What this server can do.
    fn capabilities(&self) -> &Capabilities;

    /// What whoever places row filters must know of it.
    fn filtering(&self) -> Filtering {
        Filtering::ANSI
    }
}
