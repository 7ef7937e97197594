//! What the core's pool asks of this driver: how a connection is opened, and what happens when it comes back.
//!
//! A connection that comes back clean goes to the next caller at once. What takes long (a large rollback, a copy of the
//! write-ahead log, closing) is done on the blocking pool, before anybody else gets the connection.

use crate::busy::BusyWait;
use crate::checkpoint::{Checkpoint, Due};
use crate::error::{gone, is_busy};
use crate::options::{Location, SqliteOptions};
use crate::raw::{RawConnection, Role};
use crate::yield_now;
use kysera_core::driver::BoxFuture;
use kysera_core::pool::{self, CloseReason, Manager, Returned};
use kysera_core::{Error, ErrorKind, Result};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tokio::runtime::Handle;
use tokio::task;

/// A connection that goes back to its pool when it is dropped.
pub(crate) type Pooled = pool::Pooled<SqliteManager>;

/// The pool of the writer, or that of the readers.
pub(crate) struct SqliteManager {
    role: Role,
    pub(crate) common: Arc<Common>,
    /// The task that holds the writer, to tell a wait for itself from a wait for others.
    holder: Mutex<Option<task::Id>>,
}

/// What both pools share.
pub(crate) struct Common {
    pub(crate) options: SqliteOptions,
    pub(crate) checkpoint: Checkpoint,
    pub(crate) is_closed: AtomicBool,
}

impl SqliteManager {
    pub(crate) fn new(role: Role, common: Arc<Common>) -> SqliteManager {
        SqliteManager { role, common, holder: Mutex::new(None) }
    }

    /// Remembers that the calling task has the writer.
    pub(crate) fn note_holder(&self, connection: &RawConnection) {
        if self.role == Role::Writer {
            *self.holder.lock() = task::try_id();
            connection.has_holder.set(true);
        }
    }

    /// Forgets the task that has the writer: a wait for it is no longer a wait for itself.
    pub(crate) fn forget_holder(&self, connection: &RawConnection) {
        if connection.has_holder.take() {
            *self.holder.lock() = None;
        }
    }

    fn is_closed(&self) -> bool {
        self.common.is_closed.load(Relaxed)
    }
}

impl Manager for SqliteManager {
    type Connection = RawConnection;

    const TIMED: bool = false;

    fn open(&self) -> BoxFuture<'_, Result<RawConnection>> {
        Box::pin(open(Arc::clone(&self.common), self.role))
    }

    fn is_clean(&self, connection: &RawConnection) -> bool {
        self.forget_holder(connection);
        connection.frames.get() == 0
            && connection.is_clean()
            && !std::thread::panicking()
            && !self.is_closed()
    }

    fn clean(&self, returned: Returned<Self>) {
        returned.watchdog.reset();
        let checkpoint = &self.common.checkpoint;
        let due = match returned.frames.take() {
            0 => Due::Nothing,
            frames => checkpoint.due(frames, self.common.options.is_single()),
        };
        if due == Due::Beside {
            let common = Arc::clone(&self.common);
            on_blocking_pool(move || {
                common.checkpoint.run_beside(&common.options, || common.is_closed.load(Relaxed))
            });
        }
        let copies_log = due == Due::Held;
        let is_long = copies_log || returned.has_much_to_undo() || self.is_closed();
        let cleaning = Return { returned: Some(returned), copies_log };
        if is_long {
            on_blocking_pool(move || drop(cleaning));
        }
    }

    fn handed_over(&self) {
        // Tokio keeps a task that was just woken for this thread alone. Without a yield the connection would lie idle
        // while this task goes on, and so would all who wait behind it.
        yield_now::note_handover();
    }

    fn timed_out(&self, error: Error) -> Error {
        let options = &self.common.options;
        let holder = *self.holder.lock();
        if holder.is_some() && holder == task::try_id() {
            return Error::new(
                ErrorKind::SelfDeadlock,
                "this task waits for a connection that it holds itself, in a transaction or stream",
            )
            .with_hint("inside a transaction use tx, not db; a database in memory has a single connection");
        }
        if std::error::Error::source(&error).is_some() {
            // No connection could be opened, which is no matter of who holds one.
            return error;
        }
        let waited = options.pool.acquire_timeout;
        Error::new(ErrorKind::PoolTimeout, format!("no connection became free within {waited:?}")).with_hint(
            match self.role {
                Role::Reader => "raise max_connections of the pool, or finish streams sooner",
                Role::Writer if options.is_single() => {
                    "a single connection serves this database: shorten transactions, and inside one use tx, not db"
                }
                Role::Writer => "sqlite has one writer: shorten write transactions",
            },
        )
    }

    fn is_permanent(&self) -> bool {
        self.common.options.location == Location::Memory
    }
}

/// Opens a connection on the blocking pool, waiting for other processes' locks without blocking a thread.
async fn open(common: Arc<Common>, role: Role) -> Result<RawConnection> {
    let mut busy = BusyWait::new(common.options.busy_timeout);
    loop {
        let opened = if Handle::try_current().is_ok() {
            let common = Arc::clone(&common);
            match task::spawn_blocking(move || RawConnection::open(&common.options, role)).await {
                Ok(opened) => opened,
                Err(join) if join.is_panic() => std::panic::resume_unwind(join.into_panic()),
                Err(_) => return Err(gone()),
            }
        } else {
            RawConnection::open(&common.options, role)
        };
        match opened {
            Err(error) if is_busy(&error) && busy.wait().await => {}
            other => return other,
        }
    }
}

/// Runs on the blocking pool, or here when there is no runtime. Where the runtime is shutting down it may be dropped
/// instead, so dropping `work` must have the same effect.
fn on_blocking_pool(work: impl FnOnce() + Send + 'static) {
    match Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn_blocking(work)),
        Err(_) => work(),
    }
}

/// Gives a connection back from a thread that may block.
pub(crate) fn give_back_here(pooled: Pooled) {
    pooled.watchdog.reset();
    drop(Return { returned: Some(pooled.into_returned()), copies_log: false });
}

/// A connection that is cleaned when this is dropped, so that it is cleaned even if a blocking task never starts.
struct Return {
    returned: Option<Returned<SqliteManager>>,
    copies_log: bool,
}

impl Drop for Return {
    fn drop(&mut self) {
        let Some(returned) = self.returned.take() else { return };
        let manager = returned.manager();
        let is_kept = returned.is_clean() || undo(&returned) || manager.is_permanent();
        if self.copies_log && !manager.is_closed() {
            manager.common.checkpoint.run_held(&returned.conn);
        }
        manager.forget_holder(&returned);
        if is_kept {
            returned.keep();
        } else {
            // Closing it rolls back too.
            returned.close(CloseReason::Unclean);
        }
    }
}

/// True when nothing of the last user is left.
fn undo(connection: &RawConnection) -> bool {
    connection.rollback().inspect_err(|error| tracing::warn!(%error, "a rollback failed")).is_ok()
}
