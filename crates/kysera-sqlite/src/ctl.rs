//! What a running statement is watched for: its budget, and its cancellation.
//!
//! One progress handler per connection, set once, asks here every [`STEPS`] steps. It reads the clock only when a
//! statement gets that far, so a point read never does. Knows nothing of pools, threads or transactions.

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
pub(crate) struct Ctl {
    budget: u64,
    epoch: Instant,
    /// `OFF`, `ARMED`, or the deadline in nanoseconds after the epoch.
    deadline: AtomicU64,
    interrupts: AtomicBool,
    over: AtomicBool,
    /// True when the handler was reached, so that the time since the last yield is worth a look.
    reached: AtomicBool,
    canceled: AtomicBool,
    job: Mutex<Job>,
    handle: OnceLock<InterruptHandle>,
}

#[derive(Default)]
struct Job {
    id: u64,
    running: bool,
}

impl Ctl {
    pub(crate) fn new(budget: Duration) -> Self {
        Ctl {
            budget: u64::try_from(budget.as_nanos()).unwrap_or(OFF / 2),
            epoch: Instant::now(),
            deadline: AtomicU64::new(OFF),
            interrupts: AtomicBool::new(false),
            over: AtomicBool::new(false),
            reached: AtomicBool::new(false),
            canceled: AtomicBool::new(false),
            job: Mutex::default(),
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
    pub(crate) fn look(&self) -> bool {
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

    /// A job begins on another thread. Its number is what cancels it, so that a late cancel never meets the next one.
    pub(crate) fn begin_job(&self) -> u64 {
        let mut job = self.job.lock();
        job.id += 1;
        job.running = true;
        self.canceled.store(false, Relaxed);
        job.id
    }

    /// The job is over: from here on nothing interrupts this connection.
    pub(crate) fn end_job(&self) {
        let mut job = self.job.lock();
        job.running = false;
        self.canceled.store(false, Relaxed);
    }

    /// At the end of a use: nothing is watched, nothing runs.
    pub(crate) fn rest(&self) {
        self.unwatch();
        self.end_job();
    }

    /// Cancels that job, if it still runs. The flag stops what SQLite steps through; the interrupt also stops what
    /// only polls for one. Under the lock, since an interrupt after the job's end could hit the next statement.
    pub(crate) fn cancel(&self, id: u64) {
        let job = self.job.lock();
        if job.running && job.id == id {
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
        let ctl = Ctl::new(Duration::from_secs(3600));
        ctl.watch(Watch::Interrupt);
        assert!(!ctl.look());
        assert_ne!(ctl.deadline.load(Relaxed), ARMED);
        assert!(!ctl.look() && !ctl.is_over());
    }

    #[test]
    fn a_budget_of_nothing_is_over_at_the_first_look() {
        let ctl = Ctl::new(Duration::ZERO);
        ctl.watch(Watch::Interrupt);
        assert!(ctl.look() && ctl.is_over());
        ctl.watch(Watch::Note);
        assert!(!ctl.look() && ctl.is_over(), "a write is noted, not stopped");
        ctl.unwatch();
        assert!(!ctl.look());
    }

    #[test]
    fn a_late_cancel_does_not_meet_the_next_job() {
        let ctl = Ctl::new(Duration::ZERO);
        let first = ctl.begin_job();
        ctl.cancel(first);
        assert!(ctl.is_canceled() && ctl.look());
        ctl.end_job();
        assert!(!ctl.is_canceled());
        ctl.cancel(first);
        let second = ctl.begin_job();
        ctl.cancel(first);
        assert!(!ctl.is_canceled());
        ctl.cancel(second);
        assert!(ctl.is_canceled());
    }
}
