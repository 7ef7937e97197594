//! Opens a connection on a task of its own and hands it to the queue, whether or not anybody still waits for it.

use super::manager::{Manager, OpenFailure, Shared, random};
use super::queue::Given;
use super::status::Counters;
use super::sync::Instant;
use crate::error::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::runtime::Handle;

/// How long one attempt may take; after that it is given up for lost.
pub(super) const OPEN_LIMIT: Duration = Duration::from_secs(60);
/// The first and the longest wait before the next attempt.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// An opening that the queue counts. Dropped, it ends.
pub(super) struct Opening<M: Manager> {
    shared: Arc<Shared<M>>,
    id: Option<u64>,
}

impl<M: Manager> Opening<M> {
    pub(super) fn new(shared: Arc<Shared<M>>, id: u64) -> Self {
        Opening { shared, id: Some(id) }
    }

    /// Runs on a task of its own, or here when there is no runtime.
    pub(super) async fn start(self) {
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(self.run())),
            Err(_) => Box::pin(self.run_once()).await,
        }
    }

    async fn run(mut self) {
        let mut wait = FIRST_WAIT;
        loop {
            let attempt = tokio::time::timeout(OPEN_LIMIT, open(&self.shared));
            let opened = attempt.await.unwrap_or_else(|_| Err(too_slow()));
            let Err(error) = opened else { return self.end(opened) };
            tracing::debug!(target: "kysera::pool", %error, "a connection could not be opened");
            if !self.may_succeed_later(&error) {
                return self.end(Err(error));
            }
            self.note(error);
            if !self.shared.queue.is_wanted() {
                // Without an error: who comes to wait just now begins another opening.
                return;
            }
            tokio::time::sleep(wait.mul_f64(0.5 + random())).await;
            wait = (wait * 2).min(LONGEST_WAIT);
            let shared = &self.shared;
            let is_ours = self.id.is_some_and(|id| shared.queue.prolong(id, Instant::now() + 2 * OPEN_LIMIT));
            if !is_ours || !shared.queue.is_wanted() {
                return;
            }
        }
    }

    async fn run_once(mut self) {
        let opened = open(&self.shared).await;
        self.end(opened);
    }

    fn may_succeed_later(&self, error: &Error) -> bool {
        match self.shared.manager.classify(error) {
            OpenFailure::Final => false,
            OpenFailure::Busy => true,
            OpenFailure::Unreachable => self.shared.counters.opened.load(Relaxed) > 0,
        }
    }

    fn note(&self, error: Error) {
        Counters::add(&self.shared.counters.open_failures);
        *self.shared.last_failure.lock() = Some((error, Instant::now()));
    }

    fn end(&mut self, opened: Result<M::Connection>) {
        let Some(id) = self.id.take() else { return };
        let shared = &self.shared;
        match opened {
            Ok(connection) => {
                if let Given::Refused(entry) = shared.queue.opened(id, shared.entry(connection)) {
                    shared.close_refused(entry);
                }
            }
            Err(error) => {
                Counters::add(&shared.counters.open_failures);
                shared.queue.not_opened(id, Some(error));
            }
        }
    }
}

/// Opens a connection and calls the user's hook with it.
async fn open<M: Manager>(shared: &Shared<M>) -> Result<M::Connection> {
    let mut connection = shared.manager.open().await?;
    if let Some(hook) = &shared.hooks.after_connect {
        hook(&mut connection).await?;
    }
    Ok(connection)
}

#[cold]
fn too_slow() -> Error {
    Error::new(ErrorKind::ConnectionFailed, format!("no connection could be opened within {OPEN_LIMIT:?}"))
}

impl<M: Manager> Drop for Opening<M> {
    fn drop(&mut self) {
        if let Some(id) = self.id.take() {
            // Without an error the next one who waits would open, and panic, again.
            let error = std::thread::panicking()
                .then(|| Error::new(ErrorKind::Internal, "a panic while a connection was opened"));
            self.shared.queue.not_opened(id, error);
        }
    }
}
