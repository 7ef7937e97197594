//! What was counted on the wire, shared with the connection that reads it.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use tokio::sync::Notify;

/// What was counted on the wire.
#[derive(Debug, Default)]
pub(crate) struct Monitor {
    /// Requests sent that the server ends with `ReadyForQuery`: the login, every `Sync`, every simple query.
    asked: AtomicU64,
    /// `ReadyForQuery` received.
    answered: AtomicU64,
    /// How often something was sent while nothing was under way.
    trips: AtomicU64,
    status: AtomicU8,
    rollbacks: AtomicU64,
    commits: AtomicU64,
    /// What is under way has given its last row: nothing but `ReadyForQuery` is still to come of it.
    is_ending: AtomicBool,
    /// The last command only gave rows.
    was_query: AtomicBool,
    /// A command ran that outlives its transaction: settings, temporary tables, listeners, cursors.
    session_changed: AtomicBool,
    /// A statement was prepared in SQL, which only `discard all` clears.
    sql_prepared: AtomicBool,
    /// Which names mean what: 0 as the session began, and another number after each command that may have changed the
    /// search path or the role.
    path: AtomicU64,
    paths: AtomicU64,
    /// The session's time zone is another one than UTC.
    not_in_utc: AtomicBool,
    /// The server waits for data that nobody sends.
    copies_in: AtomicBool,
    /// Prepared statements were thrown away behind the cache's back.
    statements_lost: AtomicBool,
    /// Woken at each `ReadyForQuery`.
    readied: Notify,
}

/// The transaction status in `ReadyForQuery`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Not in a transaction.
    Idle,
    /// In a transaction.
    Open,
    /// In a transaction that has failed.
    Failed,
}

impl Monitor {
    /// True when the server has answered everything that reached it.
    pub(crate) fn is_settled(&self) -> bool {
        self.asked.load(Ordering::Acquire) == self.answered.load(Ordering::Acquire)
    }

    /// How many requests the server has answered.
    pub(crate) fn answered(&self) -> u64 {
        self.answered.load(Ordering::Acquire)
    }

    /// Waits until the server has answered that many requests.
    pub(crate) async fn has_answered(&self, requests: u64) {
        let mut readied = std::pin::pin!(self.readied.notified());
        loop {
            // Enabled before the look at the count, so that no answer slips in between.
            readied.as_mut().enable();
            if self.answered() >= requests {
                return;
            }
            readied.as_mut().await;
            readied.set(self.readied.notified());
        }
    }

    /// True when what is under way has failed or is complete, so that its `ReadyForQuery` follows at once.
    pub(crate) fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Acquire)
    }

    /// The status that the last `ReadyForQuery` told.
    pub(crate) fn status(&self) -> Status {
        match self.status.load(Ordering::Acquire) {
            b'T' => Status::Open,
            b'E' => Status::Failed,
            _ => Status::Idle,
        }
    }

    #[cfg(test)]
    /// How many requests were sent that end with `ReadyForQuery`.
    pub(crate) fn syncs(&self) -> u64 {
        self.asked.load(Ordering::Acquire)
    }

    #[cfg(test)]
    /// How often something was sent while nothing was under way.
    pub(crate) fn trips(&self) -> u64 {
        self.trips.load(Ordering::Acquire)
    }

    /// How many `rollback`s the server did, asked for or instead of a commit.
    pub(crate) fn rollbacks(&self) -> u64 {
        self.rollbacks.load(Ordering::Acquire)
    }

    /// How many transactions have ended. A rollback to a savepoint looks the same, and counts too.
    pub(crate) fn ends(&self) -> u64 {
        self.rollbacks() + self.commits.load(Ordering::Acquire)
    }

    /// True when the last command gave rows and changed none: its count is that of its rows.
    pub(crate) fn was_query(&self) -> bool {
        self.was_query.load(Ordering::Acquire)
    }

    /// True when a command tag says that the session is not as it began.
    pub(crate) fn is_session_changed(&self) -> bool {
        self.session_changed.load(Ordering::Acquire) || self.is_sql_prepared()
    }

    /// True when a statement was prepared in SQL.
    pub(crate) fn is_sql_prepared(&self) -> bool {
        self.sql_prepared.load(Ordering::Acquire)
    }

    /// Forgets what was changed: the session is as it began.
    pub(crate) fn session_reset(&self) {
        self.path.store(0, Ordering::Release);
        self.session_changed.store(false, Ordering::Release);
        self.sql_prepared.store(false, Ordering::Release);
    }

    /// True once after prepared statements were thrown away behind the cache's back.
    pub(crate) fn take_statements_lost(&self) -> bool {
        self.statements_lost.swap(false, Ordering::AcqRel)
    }

    /// A number that differs where a name in a statement may mean another table, type or function.
    #[inline]
    pub(crate) fn path(&self) -> u64 {
        self.path.load(Ordering::Acquire)
    }

    /// True when the session's time zone is UTC, as far as the server has told.
    #[inline]
    pub(crate) fn is_in_utc(&self) -> bool {
        !self.not_in_utc.load(Ordering::Acquire)
    }

    /// True when the server waits for the data of a COPY, which only the end of the connection ends.
    pub(crate) fn is_copying_in(&self) -> bool {
        self.copies_in.load(Ordering::Acquire)
    }

    pub(super) fn copy_in(&self) {
        self.copies_in.store(true, Ordering::Release);
    }

    /// The server tells a setting of the session, as it does at the login and after a change.
    pub(super) fn setting(&self, contents: &[u8]) {
        // From version 18 on.
        if contents.starts_with(b"search_path\0") {
            self.path_changed();
        }
        if let Some(zone) = contents.strip_prefix(b"TimeZone\0") {
            self.not_in_utc.store(!is_utc(zone), Ordering::Release);
        }
    }

    fn path_changed(&self) {
        let next = self.paths.fetch_add(1, Ordering::AcqRel) + 1;
        self.path.store(next, Ordering::Release);
    }

    pub(super) fn sent(&self) {
        let asked = self.asked.fetch_add(1, Ordering::AcqRel);
        if asked == self.answered.load(Ordering::Acquire) {
            self.trips.fetch_add(1, Ordering::AcqRel);
        }
    }

    pub(super) fn failed(&self) {
        self.is_ending.store(true, Ordering::Release);
    }

    pub(super) fn ready(&self, status: u8) {
        self.is_ending.store(false, Ordering::Release);
        self.status.store(status, Ordering::Release);
        self.answered.fetch_add(1, Ordering::AcqRel);
        self.readied.notify_waiters();
    }

    pub(super) fn completed(&self, tag: &[u8]) {
        self.is_ending.store(true, Ordering::Release);
        let is_query = [b"SELECT".as_slice(), b"FETCH", b"MOVE", b"COPY"].iter().any(|t| tag.starts_with(t));
        self.was_query.store(is_query, Ordering::Release);
        let is_rollback = tag.starts_with(b"ROLLBACK");
        if is_rollback || tag == b"COMMIT" || tag == b"PREPARE TRANSACTION" {
            let counter = if is_rollback { &self.rollbacks } else { &self.commits };
            counter.fetch_add(1, Ordering::AcqRel);
            // What was set for the transaction, or since a savepoint, no longer is.
            if self.path() != 0 {
                self.path_changed();
            }
        } else if tag == b"PREPARE" {
            self.sql_prepared.store(true, Ordering::Release);
        } else if [b"SET".as_slice(), b"RESET", b"DISCARD"].iter().any(|t| tag.starts_with(t)) {
            self.path_changed();
            self.session_changed.store(true, Ordering::Release);
            if tag == b"DISCARD ALL" {
                self.statements_lost.store(true, Ordering::Release);
            }
        } else if tag == b"DEALLOCATE ALL" || tag.starts_with(b"ALTER") || tag.starts_with(b"DROP") {
            // After a change of the schema they would be planned anew, but a parameter keeps the type that it was inferred
            // to have: of text that is now `citext`, the server would say nothing.
            self.statements_lost.store(true, Ordering::Release);
        } else if [b"CREATE".as_slice(), b"LISTEN", b"DECLARE"].iter().any(|t| tag.starts_with(t)) {
            self.session_changed.store(true, Ordering::Release);
        }
    }
}

/// Names of the zone that never differs from UTC; another name of it costs text where bytes would do.
fn is_utc(zone: &[u8]) -> bool {
    let zone = zone.split(|byte| *byte == 0).next().unwrap_or_default();
    [b"UTC".as_slice(), b"Etc/UTC", b"Z", b"GMT"].iter().any(|known| zone.eq_ignore_ascii_case(known))
}
