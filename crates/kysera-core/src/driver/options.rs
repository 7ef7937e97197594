//! How a transaction begins: its isolation level, and whether it may write.

/// How a transaction begins.
///
/// ```
/// use kysera_core::driver::{Isolation, TransactionOptions};
///
/// let report = TransactionOptions::default().isolation(Isolation::RepeatableRead).read_only();
/// assert!(report.read_only);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransactionOptions {
    /// The isolation level; the database's default when `None`.
    pub isolation: Option<Isolation>,
    /// True for a transaction that may not write.
    pub read_only: bool,
}

impl TransactionOptions {
    /// A read-only transaction in which every statement sees the same state.
    pub fn snapshot() -> TransactionOptions {
        TransactionOptions { isolation: Some(Isolation::Snapshot), read_only: true }
    }

    /// With an isolation level.
    #[must_use = "returns the options"]
    pub fn isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = Some(isolation);
        self
    }

    /// As a transaction that may not write.
    #[must_use = "returns the options"]
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }
}

/// Isolation levels of the SQL standard, and the snapshot. A driver gives at least what is asked for, or refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Isolation {
    /// `read uncommitted`
    ReadUncommitted,
    /// `read committed`
    ReadCommitted,
    /// `repeatable read`
    RepeatableRead,
    /// Every statement sees the same state: PostgreSQL's and MySQL's `repeatable read`, SQL Server's `snapshot`, any
    /// transaction of SQLite. With `read_only` it is what `db.read(..)` asks for.
    Snapshot,
    /// `serializable`
    Serializable,
}
