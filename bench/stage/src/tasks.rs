//! Many tasks at once on a pool of connections: how many operations a second, and how long each waits.

use crate::variant::{Extras, Variant, multi_thread};
use std::future::Future;
use std::time::Instant;

/// How many tasks there are.
pub const TASKS: u64 = 64;

/// So many tasks on a runtime of several threads, each doing operation after operation on a clone of the state; the
/// operation is told its number.
pub fn tasks<S, F, R>(open: impl AsyncFnOnce() -> S, once: F) -> Variant
where
    S: Clone + Send + 'static,
    F: Fn(S, u64) -> R + Clone + Send + 'static,
    R: Future + Send,
{
    let runtime = multi_thread();
    let state = runtime.block_on(open());
    Variant::whole(
        (state, runtime),
        |_| {},
        move |(state, runtime), times| {
            let each = times.div_ceil(TASKS);
            let started: Vec<_> = (0..TASKS)
                .map(|task| {
                    let (state, once) = (state.clone(), once.clone());
                    runtime.spawn(async move {
                        let mut waits = Vec::with_capacity(each as usize);
                        for turn in 0..each {
                            let start = Instant::now();
                            once(state.clone(), task * each + turn).await;
                            waits.push(start.elapsed().as_nanos() as f64);
                        }
                        waits
                    })
                })
                .collect();
            let mut waits = Vec::with_capacity(times as usize);
            for task in started {
                waits.extend(runtime.block_on(task).expect("a task does its work"));
            }
            quantiles(waits)
        },
    )
    .in_batches_of(TASKS)
}

/// The median and the 99th of a hundred.
pub(crate) fn quantiles(mut times: Vec<f64>) -> Extras {
    times.sort_by(f64::total_cmp);
    let quantile = |q: f64| times.get(((times.len().max(1) - 1) as f64 * q).round() as usize).copied();
    let named = [("p50", quantile(0.5)), ("p99", quantile(0.99))];
    named.into_iter().filter_map(|(name, time)| Some((name, time?))).collect()
}
