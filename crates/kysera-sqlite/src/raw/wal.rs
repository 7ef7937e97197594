//! The length of the write-ahead log, counted by a hook that SQLite calls in each commit.
//!
//! Setting the hook also switches off SQLite's own checkpoint inside a commit. When to copy the log is decided in
//! `checkpoint`.

use rusqlite::Connection;
use rusqlite::hooks::Wal;
use std::cell::Cell;
use std::ffi::c_int;

thread_local! {
    // Not every supported version of the client lets the hook hold state. A commit runs on one thread, and what ran
    // it looks here right after.
    static LENGTH: Cell<Option<u32>> = const { Cell::new(None) };
}

/// Sets the hook.
pub(crate) fn watch_length(conn: &mut Connection) -> rusqlite::Result<()> {
    SetHook::set(Connection::wal_hook, conn)
}

fn count(pages: c_int) -> rusqlite::Result<()> {
    LENGTH.set(u32::try_from(pages).ok());
    Ok(())
}

/// `Connection::wal_hook` in either of its forms. Exactly one of the implementations below applies to it, and `Form`
/// is inferred from that.
trait SetHook<Form> {
    fn set(self, conn: &mut Connection) -> rusqlite::Result<()>;
}

/// Until rusqlite 0.40.
struct Shared;

impl<S> SetHook<Shared> for S
where
    S: FnOnce(&Connection, Option<fn(&Wal, c_int) -> rusqlite::Result<()>>),
{
    fn set(self, conn: &mut Connection) -> rusqlite::Result<()> {
        self(conn, Some(|_, pages| count(pages)));
        Ok(())
    }
}

/// Since rusqlite 0.41.
struct Exclusive;

impl<S> SetHook<Exclusive> for S
where
    S: FnOnce(&mut Connection, Option<fn(&mut Wal, c_int) -> rusqlite::Result<()>>) -> rusqlite::Result<()>,
{
    fn set(self, conn: &mut Connection) -> rusqlite::Result<()> {
        self(conn, Some(|_, pages| count(pages)))
    }
}

/// The pages in the log after the last commit on this thread; `None` when they were taken already.
pub(crate) fn take_length() -> Option<u32> {
    LENGTH.take()
}
