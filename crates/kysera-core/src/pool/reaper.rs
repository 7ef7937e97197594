//! The task that closes connections nobody needs any more and opens those that are always to be there.
//!
//! It does not keep the pool alive, and is started again when the runtime that it ran on is gone.

use super::manager::{Manager, Shared};
use super::opening::{OPEN_LIMIT, Opening};
use super::options::PoolOptions;
use super::status::CloseReason;
use super::sync::Instant;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::runtime::Handle;

/// Between two rounds at least and at most.
const SHORTEST: Duration = Duration::from_millis(10);
const LONGEST: Duration = Duration::from_secs(30);
/// Between two rounds at most when connections are to be kept open.
const REFILL: Duration = Duration::from_secs(2);

/// Starts the reaper of a pool that needs one, unless it runs. Does nothing outside a runtime.
pub(super) fn start<M: Manager>(shared: &Arc<Shared<M>>) {
    let Some(period) = period(&shared.options) else { return };
    let mut reaper = shared.reaper.lock();
    if reaper.as_ref().is_some_and(|task| !task.is_finished()) || shared.queue.is_closed() {
        return;
    }
    if let Ok(runtime) = Handle::try_current() {
        *reaper = Some(runtime.spawn(run(Arc::downgrade(shared), period)).abort_handle());
    }
}

fn period(options: &PoolOptions) -> Option<Duration> {
    let shortest = options.idle_timeout.into_iter().chain(options.max_lifetime).min();
    let period = shortest.map(|limit| (limit / 4).clamp(SHORTEST, LONGEST));
    if options.min_connections == 0 { period } else { Some(period.unwrap_or(REFILL).min(REFILL)) }
}

async fn run<M: Manager>(pool: Weak<Shared<M>>, period: Duration) {
    while let Some(shared) = pool.upgrade().filter(|shared| !shared.queue.is_closed()) {
        reap(&shared, Instant::now());
        refill(&shared).await;
        drop(shared);
        tokio::time::sleep(period).await;
    }
}

fn reap<M: Manager>(shared: &Shared<M>, now: Instant) {
    if shared.manager.is_permanent() {
        return;
    }
    shared.close_idle(0, CloseReason::Lifetime, |entry| entry.is_expired(now));
    if let Some(timeout) = shared.options.idle_timeout {
        shared.close_idle(shared.options.min_connections, CloseReason::Idle, |entry| {
            now.saturating_duration_since(*entry.idle_since.get_or_insert(now)) >= timeout
        });
    }
}

async fn refill<M: Manager>(shared: &Arc<Shared<M>>) {
    let until = Instant::now() + 2 * OPEN_LIMIT;
    while let Some(id) = shared.queue.begin_reserve(shared.options.min_connections, until) {
        Opening::new(Arc::clone(shared), id).start().await;
    }
}
