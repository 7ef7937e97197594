//! Gives other tasks a turn between short statements.
//!
//! Short statements in a row starve a runtime too: tokio's own budget counts operations, not time. So every 16th
//! statement, and any that was long enough for a look, reads the clock, and a thread that has run statements for
//! longer than [`STRETCH`] since it last yielded owes a yield.

use std::cell::Cell;
use std::future::poll_fn;
use std::task::Poll;
use std::time::{Duration, Instant};

const STRETCH: Duration = Duration::from_micros(500);
const STATEMENTS: u32 = 16;

thread_local! {
    static LAST: Cell<Option<Instant>> = const { Cell::new(None) };
    static COUNT: Cell<u32> = const { Cell::new(0) };
    static OWED: Cell<bool> = const { Cell::new(false) };
    static HANDED: Cell<bool> = const { Cell::new(false) };
}

/// Notes a statement that ran on this thread's task.
pub(crate) fn note(long: bool) {
    let count = COUNT.get() + 1;
    if count < STATEMENTS && !long {
        COUNT.set(count);
        return;
    }
    COUNT.set(0);
    let now = Instant::now();
    match LAST.get() {
        Some(last) if now.duration_since(last) > STRETCH => OWED.set(true),
        Some(_) => {}
        None => LAST.set(Some(now)),
    }
}

/// Notes that this task gave its connection to another that waits for it, which can begin when this one yields.
pub(crate) fn note_handover() {
    if !OWED.get() {
        HANDED.set(true);
    }
}

/// True when this thread owes other tasks a turn.
pub(crate) fn is_owed() -> bool {
    OWED.get() || HANDED.get()
}

/// Yields when that is owed.
pub(crate) async fn breathe() {
    if OWED.get() {
        OWED.set(false);
        HANDED.set(false);
        tokio::task::yield_now().await;
        LAST.set(Some(Instant::now()));
    } else if HANDED.get() {
        HANDED.set(false);
        step_back().await;
    }
}

/// Goes to the end of the queue of this thread, where other threads can take it from. `yield_now` keeps a task aside until
/// timers and sockets were looked at, which is the aim after a long stretch and too long after a handover.
async fn step_back() {
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
        LAST.set(Instant::now().checked_sub(Duration::from_secs(1)));
        note(true);
        assert!(is_owed());
        let mut future = pin!(breathe());
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(future.as_mut().poll(&mut context), Poll::Pending);
        assert_eq!(future.as_mut().poll(&mut context), Poll::Ready(()));
        assert!(!is_owed());
    }

    #[test]
    fn the_clock_is_read_once_in_sixteen() {
        LAST.set(Instant::now().checked_sub(Duration::from_secs(1)));
        for _ in 0..15 {
            note(false);
            assert!(!is_owed());
        }
        note(false);
        assert!(is_owed());
    }
}
