//! Moves a connection and its work to the blocking pool and back.
//!
//! The task owns the connection while it works. Then it sends it back to the future that waits for it, or, when that
//! was dropped, gives it back to the pool. The connection is never in the future itself, which may be dropped.

use crate::error::gone;
use crate::manager::{Pooled, give_back_here};
use crate::raw::{RawConnection, Watchdog};
use kysera_core::Result;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// Where a connection comes back that a blocking task or a thread has.
pub(crate) type PendingReturn = oneshot::Receiver<Pooled>;

/// What happens to the task when the future that waits for it is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnDrop {
    /// It is interrupted.
    Cancel,
    /// It runs to its end: a commit or rollback under way is not to be cut.
    Finish,
}

/// Starts `work`. The connection comes back through the second part, which its owner keeps.
pub(crate) fn start<R: Send + 'static>(
    pooled: Pooled,
    on_drop: OnDrop,
    work: impl FnOnce(&RawConnection) -> R + Send + 'static,
) -> (BlockingTask<R>, PendingReturn) {
    let (giver, returning) = oneshot::channel();
    let (report, result) = oneshot::channel();
    let watchdog = Arc::clone(&pooled.watchdog);
    let id = watchdog.begin_task();
    let task = move || {
        let done = catch_unwind(AssertUnwindSafe(|| work(&pooled)));
        pooled.watchdog.end_task();
        if let Err(unwanted) = giver.send(pooled) {
            give_back_here(unwanted);
        }
        // It fails when nobody waits any more.
        let _ = report.send(done);
    };
    match Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn_blocking(task)),
        Err(_) => task(),
    }
    (
        BlockingTask { result, _cancel: (on_drop == OnDrop::Cancel).then(|| CancelOnDrop { watchdog, id }) },
        returning,
    )
}

/// A blocking task under way.
pub(crate) struct BlockingTask<R> {
    result: oneshot::Receiver<std::thread::Result<R>>,
    // Dropped after the task has ended, it finds nothing to cancel.
    _cancel: Option<CancelOnDrop>,
}

impl<R> BlockingTask<R> {
    /// Waits for its end. A panic in it goes on here.
    pub(crate) async fn finish(self) -> Result<R> {
        match self.result.await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => Err(gone()),
        }
    }
}

/// Interrupts a task, and no other, when it is dropped.
pub(crate) struct CancelOnDrop {
    watchdog: Arc<Watchdog>,
    id: u64,
}

impl CancelOnDrop {
    pub(crate) fn new(watchdog: Arc<Watchdog>, id: u64) -> Self {
        CancelOnDrop { watchdog, id }
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.watchdog.cancel(self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;
    use crate::options::SqliteOptions;
    use crate::raw::Role;
    use std::sync::mpsc;

    /// Whether the task is cancelled once its future was dropped.
    async fn cancelled_after_drop(on_drop: OnDrop) -> bool {
        let options = SqliteOptions::memory();
        let pooled = Database::open_single(options).unwrap().acquire(Role::Writer).await.unwrap();
        let (go_on, dropped) = mpsc::channel::<()>();
        let (tell, told) = mpsc::channel();
        let (task, returning) = start(pooled, on_drop, move |raw| {
            dropped.recv().unwrap();
            tell.send(raw.watchdog.is_canceled()).unwrap();
        });
        drop(task);
        go_on.send(()).unwrap();
        let cancelled = told.recv().unwrap();
        assert!(returning.await.is_ok(), "the connection comes back");
        cancelled
    }

    #[tokio::test]
    async fn a_dropped_commit_is_not_interrupted_and_a_dropped_query_is() {
        assert!(!cancelled_after_drop(OnDrop::Finish).await);
        assert!(cancelled_after_drop(OnDrop::Cancel).await);
    }

    #[tokio::test]
    async fn nothing_is_cancelled_while_someone_waits() {
        for on_drop in [OnDrop::Finish, OnDrop::Cancel] {
            let options = SqliteOptions::memory();
            let pooled = Database::open_single(options).unwrap().acquire(Role::Writer).await.unwrap();
            let (task, _returning) = start(pooled, on_drop, |raw| raw.watchdog.is_canceled());
            assert!(!task.finish().await.unwrap(), "{on_drop:?}");
        }
    }
}
