//! Decides when a task that runs short statements yields to others.
//!
//! Many short statements in a row also keep other tasks waiting: tokio's own budget counts operations, not time. So
//! every 16th statement, and any that was long enough for the watchdog, reads the clock. After [`LONGEST_TURN`] without
//! a yield one is due.

use std::cell::Cell;
use std::future::poll_fn;
use std::task::Poll;
use std::time::{Duration, Instant};

const LONGEST_TURN: Duration = Duration::from_micros(500);
const LOOK_EVERY: u32 = 16;

thread_local! {
    static TURN_BEGAN: Cell<Option<Instant>> = const { Cell::new(None) };
    static COUNT: Cell<u32> = const { Cell::new(0) };
    static DUE: Cell<bool> = const { Cell::new(false) };
    static HANDED_OVER: Cell<bool> = const { Cell::new(false) };
}

/// Notes a statement that ran on this thread's task.
pub(crate) fn note_statement(long: bool) {
    let count = COUNT.get() + 1;
    if count < LOOK_EVERY && !long {
        COUNT.set(count);
        return;
    }
    COUNT.set(0);
    let now = Instant::now();
    match TURN_BEGAN.get() {
        Some(last) if now.duration_since(last) > LONGEST_TURN => DUE.set(true),
        Some(_) => {}
        None => TURN_BEGAN.set(Some(now)),
    }
}

/// Notes that this task gave its connection to one that waited for it, and that can go on when this one yields.
pub(crate) fn note_handover() {
    if !DUE.get() {
        HANDED_OVER.set(true);
    }
}

/// True when a yield is due on this thread.
pub(crate) fn is_due() -> bool {
    DUE.get() || HANDED_OVER.get()
}

/// Yields when that is due.
pub(crate) async fn yield_if_due() {
    if DUE.get() {
        DUE.set(false);
        HANDED_OVER.set(false);
        tokio::task::yield_now().await;
        TURN_BEGAN.set(Some(Instant::now()));
    } else if HANDED_OVER.get() {
        HANDED_OVER.set(false);
        go_last().await;
    }
}

/// Goes to the end of this thread's queue, from where other threads can take the task. `yield_now` keeps a task aside
/// until the runtime has looked at timers and sockets: right after a long turn, too slow after a handover.
async fn go_last() {
    let mut stepped = false;
    poll_fn(|context| {
        if stepped {
            return Poll::Ready(());
        }
        stepped = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    #[test]
    fn after_a_long_turn_one_yield_is_due() {
        TURN_BEGAN.set(Instant::now().checked_sub(Duration::from_secs(1)));
        note_statement(true);
        assert!(is_due());
        let mut future = pin!(yield_if_due());
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(future.as_mut().poll(&mut context), Poll::Pending);
        assert_eq!(future.as_mut().poll(&mut context), Poll::Ready(()));
        assert!(!is_due());
    }

    #[test]
    fn the_clock_is_read_once_in_sixteen() {
        TURN_BEGAN.set(Instant::now().checked_sub(Duration::from_secs(1)));
        for _ in 0..15 {
            note_statement(false);
            assert!(!is_due());
        }
        note_statement(false);
        assert!(is_due());
    }
}
