//! Copies the write-ahead log into the database, away from the tasks.
//!
//! Under `synchronous = normal` this is the only slow part of writing (15 ms for 2000 pages, measured), so SQLite's own
//! checkpoint inside a commit is off (`raw::wal`). When the log is longer than its limit, a passive checkpoint runs on the
//! blocking pool, on a connection of its own. Under constant writes that one never reaches the end of the log, which
//! starts over only then; so when the log is several times as long, the writer itself does it between two writes. A long
//! reader delays a checkpoint, which is then tried again later.

use crate::options::SqliteOptions;
use crate::raw::{connect, set_synchronous};
use parking_lot::Mutex;
use rusqlite::Connection;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

/// How many times the limit the log may be before the writer waits for a checkpoint.
const FAR: u32 = 4;

/// When to copy, and the connection that does.
pub(crate) struct Checkpoint {
    limit: u32,
    far: u32,
    /// The log's length at which to try next.
    next: AtomicU32,
    next_held: AtomicU32,
    running: AtomicBool,
    conn: Mutex<Option<Connection>>,
}

/// Which checkpoint is due after a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Nothing,
    /// A checkpoint beside the writer.
    Beside,
    /// A checkpoint on the writer.
    Held,
}

impl Checkpoint {
    pub(crate) fn new(options: &SqliteOptions) -> Self {
        let limit = if options.checkpoints() { options.checkpoint_pages } else { u32::MAX };
        // A database locked for one connection cannot be opened by a second.
        let far = if options.is_single() { limit } else { limit.saturating_mul(FAR) };
        Checkpoint {
            limit,
            far,
            next: AtomicU32::new(limit),
            next_held: AtomicU32::new(far),
            running: AtomicBool::new(false),
            conn: Mutex::new(None),
        }
    }

    /// Which checkpoint is due at this length of the log. The caller must run it.
    pub(crate) fn due(&self, frames: u32, single: bool) -> Due {
        if frames < self.limit {
            // The log started over.
            self.next.store(self.limit, Relaxed);
            self.next_held.store(self.far, Relaxed);
            return Due::Nothing;
        }
        if frames >= self.next_held.load(Relaxed) {
            self.next_held.store(frames.saturating_add(self.limit), Relaxed);
            return Due::Held;
        }
        if single || frames < self.next.load(Relaxed) || self.running.swap(true, Relaxed) {
            return Due::Nothing;
        }
        self.next.store(frames.saturating_add(self.limit), Relaxed);
        Due::Beside
    }

    /// Copies on a connection of its own. Blocks.
    pub(crate) fn run_beside(&self, options: &SqliteOptions, is_closed: impl Fn() -> bool) {
        let mut conn = self.conn.lock();
        if conn.is_none() && !is_closed() {
            let opened = connect(options);
            match opened.and_then(|conn| set_synchronous(&conn, options.synchronous).map(|()| conn)) {
                Ok(opened) => *conn = Some(opened),
                Err(error) => tracing::warn!(%error, "no connection for a checkpoint"),
            }
        }
        if let Some(conn) = conn.as_ref() {
            copy(conn);
        }
        self.running.store(false, Relaxed);
    }

    /// Copies on the writer, while no checkpoint runs beside it, which would make this one give up. Blocks.
    pub(crate) fn run_held(&self, writer: &Connection) {
        let _beside = self.conn.lock();
        copy(writer);
    }

    pub(crate) fn close(&self) {
        *self.conn.lock() = None;
    }
}

/// Copies what no reader still needs. Blocks.
fn copy(conn: &Connection) {
    let copied = conn.query_row("pragma wal_checkpoint(passive)", [], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
    });
    match copied {
        Ok((busy, pages, done)) => tracing::trace!(busy, pages, done, "checkpoint"),
        Err(error) => tracing::debug!(%error, "checkpoint put off"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint::new(&SqliteOptions::file("x").checkpoint_pages(100))
    }

    #[test]
    fn beside_first_and_held_when_far() {
        let c = checkpoint();
        assert_eq!(c.due(99, false), Due::Nothing);
        assert_eq!(c.due(100, false), Due::Beside);
        assert_eq!(c.due(300, false), Due::Nothing, "one at a time");
        c.running.store(false, Relaxed);
        assert_eq!(c.due(150, false), Due::Nothing, "it has just been tried");
        assert_eq!(c.due(200, false), Due::Beside);
        assert_eq!(c.due(400, false), Due::Held);
        assert_eq!(c.due(401, false), Due::Nothing);
        assert_eq!(c.due(500, false), Due::Held);
        assert_eq!(c.due(1, false), Due::Nothing);
        c.running.store(false, Relaxed);
        assert_eq!(c.due(100, false), Due::Beside, "the log started over");
    }

    #[test]
    fn nothing_without_a_log() {
        let c = Checkpoint::new(&SqliteOptions::memory());
        assert_eq!(c.due(1_000_000, true), Due::Nothing);
    }

    #[test]
    fn a_single_connection_does_it_itself() {
        let c = Checkpoint::new(&SqliteOptions::file("x").exclusive(true).checkpoint_pages(100));
        for frames in [100, 1, 100] {
            assert_eq!(c.due(frames, true), if frames == 1 { Due::Nothing } else { Due::Held });
        }
    }
}
