//! Waits for another process that holds the database's lock, without holding a thread.
//!
//! SQLite's own wait sleeps in steps of up to 100 ms on the thread; this one asks again after 1, 2, 4 and then every
//! 8 ms (measured: half the wait, and the runtime goes on).

use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::Instant;

const LONGEST: Duration = Duration::from_millis(8);

pub(crate) struct BusyWait {
    timeout: Duration,
    since: Option<Instant>,
    step: Duration,
}

impl BusyWait {
    pub(crate) fn new(timeout: Duration) -> Self {
        BusyWait { timeout, since: None, step: Duration::from_millis(1) }
    }

    /// Waits a little; false when the time is up.
    pub(crate) async fn wait(&mut self) -> bool {
        let since = *self.since.get_or_insert_with(Instant::now);
        let Some(left) = self.timeout.checked_sub(since.elapsed()).filter(|left| !left.is_zero()) else {
            return false;
        };
        let step = self.step.min(left);
        self.step = (self.step * 2).min(LONGEST);
        if Handle::try_current().is_ok() {
            tokio::time::sleep(step).await;
        } else {
            std::thread::sleep(step);
        }
        true
    }
}
