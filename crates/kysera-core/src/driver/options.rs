//! How a transaction begins: its isolation level, and whether it may write.

use std::time::Duration;

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
    /// How long it may take, where another limit is wanted than the handle's. The executor sees to it, not the driver.
    pub time_limit: Option<Duration>,
}

impl TransactionOptions {
    /// A read-only transaction in which every statement sees the same state.
    pub fn snapshot() -> TransactionOptions {
        TransactionOptions { isolation: Some(Isolation::Snapshot), read_only: true, time_limit: None }
    }

    /// With an isolation level.
    #[must_use = "returns the options"]
    pub fn isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = Some(isolation);
        self
    }

    /// With a time limit, the wait for a connection included; see [`Db::transaction_limit`](crate::Db::transaction_limit).
    #[must_use = "returns the options"]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
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
    /// transaction of SQLite. With `read_only` it is what `db.read(..)` asks for. On MySQL, and on MariaDB without
    /// `innodb_snapshot_isolation`, one that writes would overwrite what others did meanwhile, and is refused.
    Snapshot,
    /// `serializable`
    Serializable,
}
