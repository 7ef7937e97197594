//! How long a load keeps other tasks of its thread waiting.

use crate::tasks::quantiles;
use crate::variant::{Variant, current_thread};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};

/// How often a ticker wants to run.
const PERIOD: Duration = Duration::from_millis(10);

/// Tickers, each a millisecond after the one before it, so that a second gives a thousand samples.
const TICKERS: u32 = 10;

/// A load of operation after operation, and tickers beside it on the same thread: how late they are.
pub fn ticker<S, R>(
    open: impl AsyncFnOnce() -> S,
    mut once: impl AsyncFnMut(&mut S, u64) -> R + 'static,
) -> Variant
where
    S: 'static,
{
    let runtime = current_thread();
    let state = runtime.block_on(open());
    Variant::whole(
        (state, runtime),
        |_| {},
        move |(state, runtime), times| {
            runtime.block_on(async {
                let stop = Arc::new(AtomicBool::new(false));
                let tickers: Vec<_> =
                    (0..TICKERS).map(|number| tokio::spawn(tick(number, Arc::clone(&stop)))).collect();
                tokio::task::yield_now().await;
                for turn in 0..times {
                    black_box(once(state, turn).await);
                }
                stop.store(true, Relaxed);
                let mut late = Vec::new();
                for ticker in tickers {
                    late.extend(ticker.await.expect("a ticker ends"));
                }
                quantiles(late)
            })
        },
    )
}

/// No load: how late the tickers are by themselves on this machine.
pub fn idle() -> Variant {
    ticker(async || (), async |(), _| sleep(Duration::from_millis(1)).await)
}

async fn tick(number: u32, stop: Arc<AtomicBool>) -> Vec<f64> {
    let mut late = Vec::new();
    let mut wanted = Instant::now() + Duration::from_millis(u64::from(number));
    while !stop.load(Relaxed) {
        wanted += PERIOD;
        sleep_until(wanted).await;
        let now = Instant::now();
        late.push((now - wanted).as_nanos() as f64);
        // Ticks that were missed are not made up for, but the one that was late says by how much.
        wanted = wanted.max(now);
    }
    late
}
