//! The future of a terminal: compiles at its first poll, runs at once where the driver can, else waits.

use crate::answer::{Answer, unbox};
use crate::call::{Call, Started};
use crate::driver::{BoxFuture, Ran};
use crate::error::{Error, ErrorKind, Result};
use crate::executor::Seat;
use kysera_sql::query::Query;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A query on its way: the future that `fetch_all`, `execute` and the other terminals return. It borrows where it runs
/// and nothing else, and is `Send`.
///
/// Nothing happens before the first poll. Dropped before it finished, the statement may or may not have run; in a
/// transaction this makes the transaction refuse to commit.
#[must_use = "a query does nothing until it is awaited"]
pub struct Fetch<'e, A: Answer> {
    call: Call<'e>,
    waiting: Option<BoxFuture<'e, Ran>>,
    /// It has given its result: polled again, it must not run a second time.
    finished: bool,
    answer: PhantomData<fn() -> A>,
}

impl<'e, A: Answer> Fetch<'e, A> {
    pub(crate) fn new(seat: Seat<'e>, query: impl Query) -> Fetch<'e, A> {
        Fetch::of(Call::new(seat, query))
    }

    pub(crate) fn of(call: Call<'e>) -> Fetch<'e, A> {
        Fetch { call, waiting: None, finished: false, answer: PhantomData }
    }

    fn poll_result(&mut self, cx: &mut Context<'_>) -> Poll<Result<A::Output>> {
        let waiting = match &mut self.waiting {
            Some(waiting) => waiting,
            None => {
                let mut sink = A::Sink::default();
                match self.call.start(&mut sink) {
                    Started::Done(done) => return Poll::Ready(A::finish(done?, sink)),
                    Started::Later(later) => self.waiting.insert(later.run(Box::new(sink))),
                }
            }
        };
        waiting.as_mut().poll(cx).map(|ran| {
            let (outcome, sink) = ran?;
            A::finish(outcome, *unbox(sink)?)
        })
    }
}

impl<A: Answer> Future for Fetch<'_, A> {
    type Output = Result<A::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        if this.finished {
            return Poll::Ready(Err(polled_again()));
        }
        let result = std::task::ready!(this.poll_result(cx));
        this.finished = true;
        this.waiting = None;
        Poll::Ready(result.map_err(|error| this.call.explain(error)))
    }
}

#[cold]
fn polled_again() -> Error {
    Error::new(ErrorKind::Internal, "a query was polled after it had given its result")
}

impl<A: Answer> fmt::Debug for Fetch<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetch")
            .field("call", &self.call)
            .field("waiting", &self.waiting.is_some())
            .finish_non_exhaustive()
    }
}
