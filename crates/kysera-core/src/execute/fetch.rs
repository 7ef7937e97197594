//! The future that `fetch_all` and its like return: compiles at its first poll, runs at once where the driver can, else
//! waits.

use crate::driver::{BoxFuture, ExecResult, Ran};
use crate::error::{Error, ErrorKind, Result};
use crate::execute::collect::{Collector, take_back};
use crate::execute::executor::ExecutorRef;
use crate::execute::run::{Start, StatementRun};
use kysera_sql::query::{Origin, Query};
use kysera_sql::row::{Discard, RowSink};
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A query on its way: the future that `fetch_all`, `execute` and their like return. It borrows where it runs
/// and nothing else, and is `Send`.
///
/// Nothing happens before the first poll. Dropped before it finished, the statement may or may not have run; in a
/// transaction this makes the transaction refuse to commit.
#[must_use = "a query does nothing until it is awaited"]
pub struct Fetch<'e, A: Collector> {
    running: Running<'e>,
    answer: PhantomData<fn() -> A>,
}

/// A statement and how far it is. Not generic: what a query adds to a program is the few lines around it.
struct Running<'e> {
    statement: StatementRun<'e>,
    waiting: Option<BoxFuture<'e, Ran>>,
    /// It has given its result: polled again, it must not run a second time.
    finished: bool,
}

impl<'e, A: Collector> Fetch<'e, A> {
    #[inline]
    pub(crate) fn new(executor: ExecutorRef<'e>, query: impl Query) -> Fetch<'e, A> {
        Fetch { running: Running::of(executor, query.into_origin()), answer: PhantomData }
    }

    #[inline]
    pub(crate) fn of(statement: StatementRun<'e>) -> Fetch<'e, A> {
        Fetch { running: Running::new(statement), answer: PhantomData }
    }
}

impl<'e> Running<'e> {
    fn new(statement: StatementRun<'e>) -> Running<'e> {
        Running { statement, waiting: None, finished: false }
    }

    /// Written whole by one function, so that no query's code copies it together.
    #[inline(never)]
    fn of(executor: ExecutorRef<'e>, origin: Origin) -> Running<'e> {
        Running::new(StatementRun::of(executor, origin))
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        sink: &mut dyn RowSink,
        boxed: fn() -> Box<dyn RowSink>,
    ) -> Poll<Result<ExecResult>> {
        if self.finished {
            return Poll::Ready(Err(polled_again()));
        }
        let result = std::task::ready!(self.poll_result(cx, sink, boxed));
        self.finished = true;
        self.waiting = None;
        Poll::Ready(result.map_err(|error| self.statement.explain(error)))
    }

    fn poll_result(
        &mut self,
        cx: &mut Context<'_>,
        sink: &mut dyn RowSink,
        boxed: fn() -> Box<dyn RowSink>,
    ) -> Poll<Result<ExecResult>> {
        let waiting = match &mut self.waiting {
            Some(waiting) => waiting,
            None => match self.statement.start(sink) {
                Start::Done(done) => return Poll::Ready(done),
                Start::Pending(pending) => {
                    let sink =
                        if self.statement.discards_rows() { Box::new(Discard::default()) } else { boxed() };
                    self.waiting.insert(pending.run(sink))
                }
            },
        };
        let (outcome, full) = std::task::ready!(waiting.as_mut().poll(cx))?;
        if !self.statement.discards_rows() {
            take_back(sink, full)?;
        }
        Poll::Ready(Ok(outcome))
    }
}

impl<A: Collector> Future for Fetch<'_, A> {
    type Output = Result<A::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let running = &mut self.get_mut().running;
        let mut sink = A::Sink::default();
        let outcome = std::task::ready!(running.poll(cx, &mut sink, || Box::new(A::Sink::default())))?;
        Poll::Ready(A::finish(outcome, &mut sink).map_err(|error| running.statement.explain(error)))
    }
}

#[cold]
fn polled_again() -> Error {
    Error::new(ErrorKind::Internal, "a query was polled after it had given its result")
}

impl<A: Collector> fmt::Debug for Fetch<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetch")
            .field("statement", &self.running.statement)
            .field("waiting", &self.running.waiting.is_some())
            .finish_non_exhaustive()
    }
}
