//! The watchdog of a connection: stops a statement that outlasts its budget, or whose future was dropped.
//!
//! One progress handler per connection, set once, asks here every [`STEPS`] steps. It reads the clock only when a
//! statement takes that many steps, so a point read never does. Knows nothing of pools, threads or transactions.

use parking_lot::Mutex;
use rusqlite::InterruptHandle;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// After how many steps of SQLite's machine the handler is called. Measured: fewer cost time, more answer late.
pub(crate) const STEPS: i32 = 1000;

const OFF: u64 = u64::MAX;
const ARMED: u64 = 0;

/// How a statement on the calling task is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Watch {
    /// Not at all: it is on the blocking pool.
    Off,
    /// Interrupted when it outlasts its budget, to be started again elsewhere.
    Interrupt,
    /// Only noted when it outlasts its budget: an interrupted write would roll back its whole transaction.
    Note,
}

/// The state shared by a connection's handler, the thread that runs it and those who may cancel.
pub(crate) struct Watchdog {
    budget: u64,
    epoch: Instant,
    /// `OFF`, `ARMED`, or the deadline in nanoseconds after the epoch.
    deadline: AtomicU64,
    interrupts: AtomicBool,
    over: AtomicBool,
    /// True when the handler was reached, so that the time since the last yield is worth a look.
    reached: AtomicBool,
    canceled: AtomicBool,
    task: Mutex<Task>,
    handle: OnceLock<InterruptHandle>,
}

#[derive(Default)]
struct Task {
    id: u64,
    running: bool,
}

impl Watchdog {
    pub(crate) fn new(budget: Duration) -> Self {
        Watchdog {
            budget: u64::try_from(budget.as_nanos()).unwrap_or(OFF / 2),
            epoch: Instant::now(),
            deadline: AtomicU64::new(OFF),
            interrupts: AtomicBool::new(false),
            over: AtomicBool::new(false),
            reached: AtomicBool::new(false),
            canceled: AtomicBool::new(false),
            task: Mutex::default(),
            handle: OnceLock::new(),
        }
    }

    pub(crate) fn set_interrupt_handle(&self, handle: InterruptHandle) {
        let _ = self.handle.set(handle);
    }

    /// Before a statement. No clock is read.
    pub(crate) fn watch(&self, watch: Watch) {
        self.over.store(false, Relaxed);
        self.reached.store(false, Relaxed);
        self.interrupts.store(watch == Watch::Interrupt, Relaxed);
        self.deadline.store(if watch == Watch::Off { OFF } else { ARMED }, Relaxed);
    }

    /// After a statement.
    pub(crate) fn unwatch(&self) {
        self.deadline.store(OFF, Relaxed);
    }

    /// Looks at the statement's time and at its cancellation; true to stop it. Called by SQLite's progress handler
    /// and between rows. The first look starts the clock.
    pub(crate) fn must_stop(&self) -> bool {
        if self.canceled.load(Relaxed) {
            return true;
        }
        let deadline = self.deadline.load(Relaxed);
        if deadline == OFF {
            return false;
        }
        self.reached.store(true, Relaxed);
        let now = u64::try_from(self.epoch.elapsed().as_nanos()).unwrap_or(OFF - 1);
        if deadline == ARMED && self.budget > 0 {
            self.deadline.store(now.saturating_add(self.budget).clamp(1, OFF - 1), Relaxed);
            return false;
        }
        if now < deadline {
            return false;
        }
        self.over.store(true, Relaxed);
        if !self.interrupts.load(Relaxed) {
            self.deadline.store(OFF, Relaxed);
            return false;
        }
        true
    }

    /// True when the last statement outlasted its budget.
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Relaxed)
    }

    /// True when the last statement was long enough for a look.
    pub(crate) fn was_reached(&self) -> bool {
        self.reached.load(Relaxed)
    }

    pub(crate) fn is_canceled(&self) -> bool {
        self.canceled.load(Relaxed)
    }

    /// A task begins on another thread. Its number is what cancels it, so that a late cancel never meets the next one.
    pub(crate) fn begin_task(&self) -> u64 {
        let mut task = self.task.lock();
        task.id += 1;
        task.running = true;
        self.canceled.store(false, Relaxed);
        task.id
    }

    /// The task is over: from here on nothing interrupts this connection.
    pub(crate) fn end_task(&self) {
        let mut task = self.task.lock();
        task.running = false;
        self.canceled.store(false, Relaxed);
    }

    /// At the end of a use: nothing is watched, nothing runs.
    pub(crate) fn reset(&self) {
        self.unwatch();
        self.end_task();
    }

    /// Cancels that task, if it still runs. The flag stops what SQLite steps through; the interrupt also stops what
    /// only polls for one. Under the lock, since an interrupt after the task's end could hit the next statement.
    pub(crate) fn cancel(&self, id: u64) {
        let task = self.task.lock();
        if task.running && task.id == id {
            self.canceled.store(true, Relaxed);
            if let Some(handle) = self.handle.get() {
                handle.interrupt();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_look_starts_the_clock() {
        let watchdog = Watchdog::new(Duration::from_secs(3600));
        watchdog.watch(Watch::Interrupt);
        assert!(!watchdog.must_stop());
        assert_ne!(watchdog.deadline.load(Relaxed), ARMED);
        assert!(!watchdog.must_stop() && !watchdog.is_over());
    }

    #[test]
    fn a_budget_of_nothing_is_over_at_the_first_look() {
        let watchdog = Watchdog::new(Duration::ZERO);
        watchdog.watch(Watch::Interrupt);
        assert!(watchdog.must_stop() && watchdog.is_over());
        watchdog.watch(Watch::Note);
        assert!(!watchdog.must_stop() && watchdog.is_over(), "a write is noted, not stopped");
        watchdog.unwatch();
        assert!(!watchdog.must_stop());
    }

    #[test]
    fn a_late_cancel_does_not_meet_the_next_job() {
        let watchdog = Watchdog::new(Duration::ZERO);
        let first = watchdog.begin_task();
        watchdog.cancel(first);
        assert!(watchdog.is_canceled() && watchdog.must_stop());
        watchdog.end_task();
        assert!(!watchdog.is_canceled());
        watchdog.cancel(first);
        let second = watchdog.begin_task();
        watchdog.cancel(first);
        assert!(!watchdog.is_canceled());
        watchdog.cancel(second);
        assert!(watchdog.is_canceled());
    }
}
