//! Which statements stay prepared on a connection, and when one is worth it.
//!
//! First use: one trip, unnamed, nothing kept. Second: the same, and it is prepared in the same trip. From the third
//! on: the prepared one. So no statement pays two trips, and one-off SQL never fills the cache.

use lru::LruCache;
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroUsize;
use tokio_postgres::Statement;

/// How to run a statement.
#[derive(Debug)]
pub(crate) enum Way {
    /// Unnamed, in one trip.
    Typed,
    /// Unnamed, and prepared in the same trip for the next time.
    TypedAndPrepare,
    /// Prepared before.
    Named(Statement),
}

/// The statements of one connection.
#[derive(Debug)]
pub(crate) struct Statements {
    prepared: Option<LruCache<String, Prepared>>,
    /// Hashes of what ran once. A wrong hit prepares a statement early, no more.
    seen: LruCache<u64, ()>,
    hasher: RandomState,
}

#[derive(Debug)]
struct Prepared {
    statement: Statement,
    /// The OIDs of the parameters as they were declared: the same text may come with other types.
    types: Box<[u32]>,
    /// What names meant then; see [`Monitor::path`](crate::protocol::Monitor::path).
    path: u64,
}

impl Statements {
    /// A cache for that many prepared statements; `None` never prepares.
    pub(crate) fn new(capacity: Option<usize>) -> Statements {
        let seen = NonZeroUsize::new(512).unwrap_or(NonZeroUsize::MIN);
        Statements {
            prepared: capacity.and_then(NonZeroUsize::new).map(LruCache::new),
            seen: LruCache::new(seen),
            hasher: RandomState::new(),
        }
    }

    /// How to run a statement now, while names mean what `path` says. Counts as a use.
    pub(crate) fn way(&mut self, sql: &str, types: &[u32], path: u64) -> Way {
        let Some(prepared) = &mut self.prepared else { return Way::Typed };
        if let Some(entry) = prepared.get(sql)
            && *entry.types == *types
            && entry.path == path
        {
            return Way::Named(entry.statement.clone());
        }
        let hash = self.hasher.hash_one((sql, types, path));
        if self.seen.pop(&hash).is_some() {
            Way::TypedAndPrepare
        } else {
            self.seen.put(hash, ());
            Way::Typed
        }
    }

    /// Keeps a prepared statement. The one that falls out is closed on the server by its drop.
    pub(crate) fn keep(&mut self, sql: String, types: Box<[u32]>, path: u64, statement: Statement) {
        if let Some(prepared) = &mut self.prepared {
            prepared.put(sql, Prepared { statement, types, path });
        }
    }

    /// Forgets a statement whose plan no longer holds.
    pub(crate) fn forget(&mut self, sql: &str) {
        if let Some(prepared) = &mut self.prepared {
            prepared.pop(sql);
        }
    }

    /// Forgets all of them.
    pub(crate) fn clear(&mut self) {
        if let Some(prepared) = &mut self.prepared {
            prepared.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_prepared_at_its_second_use_and_counted_by_its_types() {
        let mut statements = Statements::new(Some(8));
        assert!(matches!(statements.way("a", &[20], 0), Way::Typed));
        assert!(matches!(statements.way("a", &[23], 0), Way::Typed), "another type is another statement");
        assert!(matches!(statements.way("a", &[20], 1), Way::Typed), "and so is another path");
        assert!(matches!(statements.way("a", &[20], 0), Way::TypedAndPrepare));
    }

    #[test]
    fn nothing_is_prepared_without_room() {
        let mut statements = Statements::new(None);
        for _ in 0..5 {
            assert!(matches!(statements.way("a", &[], 0), Way::Typed));
        }
    }
}
