//! The pool as a driver uses it: gets connections, within one deadline over all that this takes.

use super::deadline::within;
use super::hooks::Hooks;
use super::manager::{Entry, Manager, Returned, Shared};
use super::opening::{OPEN_LIMIT, Opening};
use super::options::PoolOptions;
use super::queue::{Taken, Turn};
use super::reaper;
use super::status::{CloseReason, Counters, PoolStatus};
use super::sync::Instant;
use crate::error::{Error, ErrorKind, Result};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// After so many openings that ended without a result, a caller no longer begins others: its runtime is shutting down.
const MOST_OPENINGS: usize = 64;

/// Connections of a driver, lent to one caller at a time. Clones share them.
pub struct Pool<M: Manager> {
    shared: Arc<Shared<M>>,
}

impl<M: Manager> Pool<M> {
    /// A pool without connections; they are opened when they are needed.
    pub fn new(manager: M, options: PoolOptions, hooks: Hooks<M::Connection>) -> Pool<M> {
        Pool { shared: Shared::new(manager, options, hooks) }
    }

    /// Adds a connection that was opened elsewhere, such as the only one of a database in memory. It is closed if there
    /// is no room for it.
    pub fn add(&self, connection: M::Connection) {
        if let super::queue::Given::Refused(entry) = self.shared.queue.offer(self.shared.entry(connection)) {
            self.shared.close_refused(entry);
        }
    }

    /// An idle connection, at once or not at all. Never passes those who wait, and allocates nothing.
    pub fn try_acquire(&self) -> Option<Borrowed<'_, M>> {
        if self.shared.hooks.before_acquire.is_some() {
            return None;
        }
        let entry = self.shared.queue.try_take()?;
        if M::TIMED && !self.is_fresh(&entry) {
            // It goes back as it is, and is checked on the asynchronous way.
            self.shared.put_back(entry);
            return None;
        }
        Some(Borrowed { entry: Some(entry), shared: &self.shared })
    }

    /// A connection. Callers are served in the order in which they came.
    ///
    /// # Errors
    /// `PoolTimeout` after `acquire_timeout`, with the last failed attempt to open one as its source; or at once, when
    /// `max_waiting` callers wait. What [`Manager::open`] fails with. `ConnectionClosed` once the pool was closed.
    pub async fn acquire(&self) -> Result<Pooled<M>> {
        let taken = self.shared.queue.try_take();
        if let Some(entry) = &taken
            && self.shared.hooks.before_acquire.is_none()
            && (!M::TIMED || self.is_fresh(entry))
        {
            return Ok(Pooled { entry: taken, shared: Arc::clone(&self.shared) });
        }
        // Boxed, so that the future of every statement does not carry the room of a check.
        let taken = taken.map(|entry| self.candidate(entry));
        Box::pin(self.acquire_slowly(taken)).await
    }

    /// How many connections there are, and what has happened to them.
    pub fn status(&self) -> PoolStatus {
        self.shared.status()
    }

    /// The settings.
    pub fn options(&self) -> &PoolOptions {
        &self.shared.options
    }

    /// The driver's side of the pool.
    pub fn manager(&self) -> &M {
        &self.shared.manager
    }

    /// True once it was closed.
    pub fn is_closed(&self) -> bool {
        self.shared.queue.is_closed()
    }

    /// Refuses everybody from now on, wakes those who wait with an error, and closes the idle connections. Those in use
    /// are closed when they come back. May be called again.
    pub fn close_now(&self) {
        self.shared.close_now();
    }

    /// As [`close_now`](Pool::close_now), and then waits until those in use were closed, for `close_timeout` at most. True
    /// when none is left.
    pub async fn close(&self) -> bool {
        self.close_now();
        within(Instant::now() + self.options().close_timeout, self.shared.queue.drained()).await;
        let counts = self.shared.queue.counts();
        counts.in_use == 0 && counts.opening == 0
    }

    fn is_fresh(&self, entry: &Entry<M::Connection>) -> bool {
        self.shared.is_fresh(entry, Instant::now())
    }

    /// A connection that nobody was promised yet: closed when the future that holds it is dropped.
    fn candidate(&self, entry: Box<Entry<M::Connection>>) -> Returned<M> {
        Returned::new(entry, Arc::clone(&self.shared), CloseReason::Unresponsive)
    }

    async fn acquire_slowly(&self, candidate: Option<Returned<M>>) -> Result<Pooled<M>> {
        reaper::start(&self.shared);
        let start = Instant::now();
        let deadline = start + self.options().acquire_timeout;
        let mut attempt = Attempt { pool: self, start, deadline, unfit: Unfit::default() };
        let mut ticket = None;
        let mut candidate = match candidate {
            Some(idle) => Candidate { returned: idle, was_idle: true },
            None => attempt.next(self.shared.queue.take_or_queue(start), &mut ticket).await?,
        };
        loop {
            match attempt.vet(candidate).await? {
                Some(pooled) => return Ok(pooled),
                None => {
                    let taken = self.shared.queue.exchange(ticket, Instant::now());
                    candidate = attempt.next(taken, &mut ticket).await?;
                }
            }
        }
    }
}

/// A connection that a caller may get.
struct Candidate<M: Manager> {
    returned: Returned<M>,
    /// It was idle. One that comes from another caller or was just opened may be lent whatever its age.
    was_idle: bool,
}

/// One caller's way to a connection.
struct Attempt<'p, M: Manager> {
    pool: &'p Pool<M>,
    start: Instant,
    deadline: Instant,
    unfit: Unfit,
}

/// The connections of one caller that `before_acquire` did not let through.
#[derive(Default)]
struct Unfit {
    count: u32,
    /// What the hook failed with last.
    error: Option<Error>,
}

impl<M: Manager> Attempt<'_, M> {
    async fn next(
        &self,
        taken: Taken<Box<Entry<M::Connection>>>,
        ticket: &mut Option<u64>,
    ) -> Result<Candidate<M>> {
        match taken {
            Taken::Connection(entry) => {
                Ok(Candidate { returned: self.pool.candidate(entry), was_idle: true })
            }
            Taken::Ticket(id) => {
                *ticket = Some(id);
                self.wait(id).await.map(|returned| Candidate { returned, was_idle: false })
            }
            Taken::Full => Err(self.too_many()),
            Taken::Closed => Err(closed()),
        }
    }

    /// Waits for the turn of a ticket.
    async fn wait(&self, ticket: u64) -> Result<Returned<M>> {
        let shared = &self.pool.shared;
        let waiter = Waiter { shared, ticket };
        // One caller may begin all the openings that there is room for before any of them has ended.
        for _ in 0..shared.options.max_connections.saturating_add(MOST_OPENINGS) {
            let turn = shared.queue.turn(ticket, 2 * OPEN_LIMIT);
            match within(self.deadline, turn).await {
                Some(Turn::Connection(entry)) => {
                    waiter.was_served();
                    return Ok(self.pool.candidate(entry));
                }
                Some(Turn::Opening(id)) => Opening::new(Arc::clone(shared), id).start().await,
                Some(Turn::Failure(error)) => return Err(error),
                Some(Turn::Closed) => return Err(closed()),
                None => return Err(self.too_late()),
            }
        }
        Err(Error::new(
            ErrorKind::ConnectionFailed,
            "no connection could be opened: the runtime is shutting down",
        ))
    }

    /// The connection if it can be lent; else it was closed, and the queue still counts it.
    async fn vet(&mut self, candidate: Candidate<M>) -> Result<Option<Pooled<M>>> {
        let Candidate { returned: mut candidate, was_idle } = candidate;
        let shared = &self.pool.shared;
        let now = Instant::now();
        let is_permanent = shared.manager.is_permanent();
        if M::TIMED && !is_permanent {
            if !shared.manager.is_open(&candidate) {
                candidate.close_counted(CloseReason::Lost);
                return Ok(None);
            }
            if was_idle && candidate.is_expired(now) {
                candidate.close_counted(CloseReason::Lifetime);
                return Ok(None);
            }
            if candidate.needs_check(now)
                && let Err(failure) = self.check(&mut candidate, now).await
            {
                self.distrust(candidate, failure);
                return if Instant::now() < self.deadline { Ok(None) } else { Err(self.too_late_counted()) };
            }
        }
        if let Some(hook) = &shared.hooks.before_acquire {
            let answer = within(self.deadline, hook(&mut candidate)).await;
            if !is_permanent && !matches!(answer, Some(Ok(true))) {
                candidate.close_counted(CloseReason::Hook);
                self.unfit.count += u32::from(answer.is_some());
                self.unfit.error = answer.as_ref().and_then(|answer| answer.as_ref().err().cloned());
                return if answer.is_some() { Ok(None) } else { Err(self.too_late_counted()) };
            }
        }
        Ok(candidate.into_entry().map(|entry| Pooled { entry: Some(entry), shared: Arc::clone(shared) }))
    }

    async fn check(&self, candidate: &mut Returned<M>, now: Instant) -> Result<(), CheckFailure> {
        let shared = &self.pool.shared;
        let limit = self.deadline.min(now + shared.options.check_timeout);
        match within(limit, shared.manager.check(candidate)).await {
            Some(Ok(())) => Ok(()),
            Some(Err(_)) => Err(CheckFailure::Lost),
            None => Err(CheckFailure::Silent),
        }
    }

    /// Closes a connection that failed its check. After silence those that were idle as long are closed too: to wait for
    /// each of them in turn would take its own time-out each.
    fn distrust(&self, candidate: Returned<M>, failure: CheckFailure) {
        let since = candidate.idle_since();
        candidate.close_counted(CloseReason::Unresponsive);
        if let (CheckFailure::Silent, Some(since)) = (failure, since) {
            self.pool.shared.close_idle(0, CloseReason::Distrusted, |entry| {
                entry.idle_since.is_some_and(|other| other <= since)
            });
        }
    }

    /// As [`too_late`](Attempt::too_late), after a connection was closed that the queue still counts.
    #[cold]
    fn too_late_counted(&self) -> Error {
        self.pool.shared.queue.forget();
        self.too_late()
    }

    #[cold]
    fn too_late(&self) -> Error {
        let shared = &self.pool.shared;
        Counters::add(&shared.counters.timeouts);
        let (limit, wait) = (shared.options.max_connections, shared.options.acquire_timeout);
        let failure = shared.last_failure.lock().clone();
        let error = match failure.filter(|(_, at)| *at >= self.start) {
            Some((failure, _)) => Error::new(
                ErrorKind::PoolTimeout,
                format!("no connection could be opened within {wait:?}: {failure}"),
            )
            .with_source(failure),
            None if self.unfit.count > 0 => self.refused_by_hook(),
            None => Error::new(
                ErrorKind::PoolTimeout,
                format!("none of {limit} connections became free within {wait:?}"),
            )
            .with_hint("hold connections for less long, raise max_connections, or look for a transaction that waits for itself"),
        };
        shared.manager.timed_out(error)
    }

    #[cold]
    fn refused_by_hook(&self) -> Error {
        let (count, wait) = (self.unfit.count, self.pool.shared.options.acquire_timeout);
        let message = format!("`before_acquire` let none of {count} connections through within {wait:?}");
        let error = Error::new(ErrorKind::PoolTimeout, message).with_hint(
            "correct the hook: a connection that it refuses is closed, and the next one is opened for it",
        );
        match &self.unfit.error {
            Some(cause) => error.with_source(cause.clone()),
            None => error,
        }
    }

    #[cold]
    fn too_many(&self) -> Error {
        let shared = &self.pool.shared;
        Counters::add(&shared.counters.timeouts);
        let most = shared.options.max_waiting;
        Error::new(ErrorKind::PoolTimeout, format!("{most} callers wait for a connection already"))
            .with_hint("take on less work at a time, or raise max_waiting")
    }
}

enum CheckFailure {
    /// The connection was lost.
    Lost,
    /// It did not answer in time.
    Silent,
}

/// A ticket in the queue. Dropped, it is given up.
struct Waiter<'p, M: Manager> {
    shared: &'p Arc<Shared<M>>,
    ticket: u64,
}

impl<M: Manager> Waiter<'_, M> {
    fn was_served(self) {
        std::mem::forget(self);
    }
}

impl<M: Manager> Drop for Waiter<'_, M> {
    fn drop(&mut self) {
        if let Some(entry) = self.shared.queue.leave(self.ticket) {
            self.shared.close_refused(entry);
        }
    }
}

#[cold]
fn closed() -> Error {
    Error::new(ErrorKind::ConnectionClosed, "the database was closed")
        .with_hint("a closed driver cannot be opened again: connect anew")
}

/// A connection of one's own, which goes back to the pool when it is dropped.
pub struct Pooled<M: Manager> {
    /// There until the drop.
    entry: Option<Box<Entry<M::Connection>>>,
    shared: Arc<Shared<M>>,
}

impl<M: Manager> Pooled<M> {
    /// The driver's side of the pool.
    pub fn manager(&self) -> &M {
        &self.shared.manager
    }

    /// The pool that it belongs to.
    pub fn pool(&self) -> Pool<M> {
        Pool { shared: Arc::clone(&self.shared) }
    }

    /// The connection on its way back, for a driver that cleans or closes it by itself.
    pub fn into_returned(mut self) -> Returned<M> {
        let entry = self.entry.take().expect("a connection is there until it is dropped");
        Returned::new(entry, Arc::clone(&self.shared), CloseReason::Unclean)
    }
}

impl<M: Manager> Drop for Pooled<M> {
    fn drop(&mut self) {
        if let Some(entry) = self.entry.take() {
            self.shared.release(entry);
        }
    }
}

/// A connection for the length of one synchronous call, which goes back to the pool when it is dropped.
pub struct Borrowed<'p, M: Manager> {
    /// There until the drop.
    entry: Option<Box<Entry<M::Connection>>>,
    shared: &'p Arc<Shared<M>>,
}

impl<M: Manager> Drop for Borrowed<'_, M> {
    fn drop(&mut self) {
        if let Some(entry) = self.entry.take() {
            self.shared.release(entry);
        }
    }
}

macro_rules! lends {
    ($($lent:ty),*) => {$(
        impl<M: Manager> Deref for $lent {
            type Target = M::Connection;

            fn deref(&self) -> &M::Connection {
                &self.entry.as_ref().expect("a connection is there until it is dropped").connection
            }
        }

        impl<M: Manager> DerefMut for $lent {
            fn deref_mut(&mut self) -> &mut M::Connection {
                &mut self.entry.as_mut().expect("a connection is there until it is dropped").connection
            }
        }

        impl<M: Manager> fmt::Debug for $lent {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($lent)).finish_non_exhaustive()
            }
        }
    )*};
}

lends!(Pooled<M>, Borrowed<'_, M>);

impl<M: Manager> Clone for Pool<M> {
    fn clone(&self) -> Self {
        Pool { shared: Arc::clone(&self.shared) }
    }
}

impl<M: Manager> fmt::Debug for Pool<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.fmt(f)
    }
}
