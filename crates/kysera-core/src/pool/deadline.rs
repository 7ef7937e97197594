//! Ends a wait at its deadline: by the runtime's timer, or by a thread of its own where there is no runtime.

use super::sync::{Instant, Mutex};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Poll, Waker};
use std::thread::{self, Thread};
use tokio::runtime::Handle;

/// What a future resolves to before the deadline.
pub(crate) async fn within<F: Future>(deadline: Instant, future: F) -> Option<F::Output> {
    if Handle::try_current().is_ok() {
        return tokio::time::timeout_at(deadline, future).await.ok();
    }
    let mut future = pin!(future);
    let mut alarm = None;
    poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        // Made only now: most futures outside a runtime are ready at once.
        let alarm = alarm.get_or_insert_with(|| Alarm::at(deadline));
        if alarm.has_rung_for(context.waker()) { Poll::Ready(None) } else { Poll::Pending }
    })
    .await
}

/// A thread that sleeps until the deadline, or until this is dropped.
struct Alarm {
    state: Arc<State>,
    /// None when the system gave no thread: then the wait has no end of its own.
    thread: Option<Thread>,
}

struct State {
    is_over: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Alarm {
    fn at(deadline: Instant) -> Alarm {
        let state = Arc::new(State { is_over: AtomicBool::new(false), waker: Mutex::new(None) });
        let own = Arc::clone(&state);
        let spawned =
            thread::Builder::new().name("kysera-deadline".to_owned()).spawn(move || own.sleep(deadline));
        Alarm { state, thread: spawned.ok().map(|handle| handle.thread().clone()) }
    }

    fn has_rung_for(&self, waker: &Waker) -> bool {
        // The waker first, so that a deadline that passes meanwhile wakes it.
        *self.state.waker.lock() = Some(waker.clone());
        self.state.is_over.load(SeqCst)
    }
}

impl State {
    fn sleep(&self, deadline: Instant) {
        while !self.is_over.load(SeqCst) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            thread::park_timeout(left);
        }
        self.is_over.store(true, SeqCst);
        let waker = self.waker.lock().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.state.is_over.store(true, SeqCst);
        *self.state.waker.lock() = None;
        if let Some(thread) = &self.thread {
            thread.unpark();
        }
    }
}
