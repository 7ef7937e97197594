//! Decides when a task that runs short statements yields to others.
//!
//! Short statements in a row starve a runtime too: tokio's own budget counts operations, not time. So every 16th
//! statement, and any that was long enough for a look, reads the clock, and a thread that has run statements for
//! longer than [`LONGEST_TURN`] since it last yielded owes a yield.

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

/// Notes that this task gave its connection to another that waits for it, which can begin when this one yields.
pub(crate) fn note_handover() {
    if !DUE.get() {
        HANDED_OVER.set(true);
    }
}

/// True when this thread owes other tasks a turn.
pub(crate) fn is_due() -> bool {
    DUE.get() || HANDED_OVER.get()
}

/// Yields when that is owed.
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

/// Goes to the end of the queue of this thread, where other threads can take it from. `yield_now` keeps a task aside until
/// timers and sockets were looked at, which is the aim after a long stretch and too long after a handover.
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
    fn a_long_stretch_owes_one_yield() {
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
