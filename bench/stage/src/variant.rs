//! One library's way to do the work of a case.

use std::hint::black_box;
use tokio::runtime::{Builder, Runtime};

/// Further times of a turn by name, in nanoseconds: `p99`.
pub type Extras = Vec<(&'static str, f64)>;

/// One library's way to do the work of a case, with its database open.
pub struct Variant {
    work: Box<dyn Work>,
    batch: u64,
}

trait Work {
    fn before(&mut self);
    fn run(&mut self, times: u64) -> Extras;
}

impl Variant {
    /// Work that blocks: `once` is one operation and gets its number in the turn.
    pub fn new<S, R>(state: S, once: impl FnMut(&mut S, u64) -> R + 'static) -> Variant
    where
        S: 'static,
    {
        Variant::clearing(state, |_| {}, once)
    }

    /// As [`Variant::new`]; `before` is done before each turn and takes no time: it empties a table that grew.
    pub fn clearing<S, R>(
        state: S,
        before: impl FnMut(&mut S) + 'static,
        mut once: impl FnMut(&mut S, u64) -> R + 'static,
    ) -> Variant
    where
        S: 'static,
    {
        Variant::whole(state, before, move |state, times| {
            for turn in 0..times {
                black_box(once(state, turn));
            }
            Extras::new()
        })
    }

    /// Asynchronous work, on a runtime of one thread: the turn is one task, as a handler of a request is.
    pub fn future<S, R>(
        open: impl AsyncFnOnce() -> S,
        once: impl AsyncFnMut(&mut S, u64) -> R + 'static,
    ) -> Variant
    where
        S: 'static,
    {
        Variant::future_clearing(open, async |_| {}, once)
    }

    /// As [`Variant::future`], with something before each turn that takes no time.
    pub fn future_clearing<S, R>(
        open: impl AsyncFnOnce() -> S,
        mut before: impl AsyncFnMut(&mut S) + 'static,
        mut once: impl AsyncFnMut(&mut S, u64) -> R + 'static,
    ) -> Variant
    where
        S: 'static,
    {
        let runtime = current_thread();
        let state = runtime.block_on(open());
        Variant::whole(
            Running { state: Some(state), runtime },
            move |running| {
                let Running { runtime, state } = running;
                runtime.block_on(before(state.as_mut().expect("it is taken when this is dropped")));
            },
            move |running, times| {
                let Running { runtime, state } = running;
                let state = state.as_mut().expect("it is taken when this is dropped");
                runtime.block_on(async {
                    for turn in 0..times {
                        black_box(once(state, turn).await);
                    }
                });
                Extras::new()
            },
        )
    }

    /// Work whose turn is more than one operation after the other, or that measures something itself.
    pub fn whole<S>(
        state: S,
        before: impl FnMut(&mut S) + 'static,
        run: impl FnMut(&mut S, u64) -> Extras + 'static,
    ) -> Variant
    where
        S: 'static,
    {
        Variant { work: Box::new(Whole { state, before, run }), batch: 1 }
    }

    /// Can only do so many operations at once: what is asked for is rounded up.
    pub(crate) fn in_batches_of(mut self, batch: u64) -> Variant {
        self.batch = batch;
        self
    }

    /// What is done before a turn.
    pub(crate) fn before(&mut self) {
        self.work.before();
    }

    /// Does the work so many times, rounded up to whole batches.
    pub(crate) fn run(&mut self, times: u64) -> Extras {
        self.work.run(times)
    }

    /// How many operations are done when so many are asked for.
    pub(crate) fn rounded(&self, times: u64) -> u64 {
        times.next_multiple_of(self.batch)
    }
}

struct Whole<S, B, R> {
    state: S,
    before: B,
    run: R,
}

impl<S, B, R> Work for Whole<S, B, R>
where
    B: FnMut(&mut S),
    R: FnMut(&mut S, u64) -> Extras,
{
    fn before(&mut self) {
        (self.before)(&mut self.state);
    }

    fn run(&mut self, times: u64) -> Extras {
        (self.run)(&mut self.state, times)
    }
}

/// What asynchronous work needs; its state goes while the runtime is there, for whoever closes connections on it.
struct Running<S> {
    state: Option<S>,
    runtime: Runtime,
}

impl<S> Drop for Running<S> {
    fn drop(&mut self) {
        let _entered = self.runtime.enter();
        drop(self.state.take());
    }
}

/// A runtime as tests and small programs have it: one thread.
pub fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime can be built")
}

/// A runtime as servers have it: as many threads as cores.
pub fn multi_thread() -> Runtime {
    Builder::new_multi_thread().enable_all().build().expect("a runtime can be built")
}
