//! What a driver tells the pool of its connections, and what all users of a pool share.
//!
//! A connection comes back through [`Shared::release`] or a [`Returned`]; both end in the queue or in
//! [`Manager::close`]. How a caller gets one is in `acquire`.

use super::hooks::Hooks;
use super::options::PoolOptions;
use super::queue::{Given, Queue};
use super::status::{CloseReason, Counters, PoolStatus};
use super::sync::{Instant, Mutex};
use crate::driver::BoxFuture;
use crate::error::{Error, Result};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

/// How long a hook for connections that come back may take.
const HOOK_LIMIT: Duration = Duration::from_secs(10);

/// What a driver does with its connections, so that [`Pool`](super::Pool) can do the rest.
pub trait Manager: Send + Sync + Sized + 'static {
    /// A connection as the pool keeps it. The pool boxes it.
    type Connection: Send + 'static;

    /// Whether the pool reads the clock when a connection is taken and comes back. Only then are connections checked
    /// after they were idle for long. An embedded database says no: its connections do not die, and the clock costs a
    /// tenth of a point read. Idle connections are closed in time either way.
    const TIMED: bool = true;

    /// Opens a connection. On a runtime it runs on a task of its own, which goes on when the caller gives up.
    ///
    /// # Errors
    /// The database's; [`classify`](Manager::classify) says what follows. Also when it needs a runtime and there is
    /// none: never panic for that.
    fn open(&self) -> BoxFuture<'_, Result<Self::Connection>>;

    /// What an error of [`open`](Manager::open) means for those who wait.
    fn classify(&self, error: &Error) -> OpenFailure {
        let _ = error;
        OpenFailure::Final
    }

    /// False when it is known already that the connection was lost. Asked before it is lent and when it comes back.
    fn is_open(&self, connection: &Self::Connection) -> bool {
        let _ = connection;
        true
    }

    /// True when a connection is to be checked although it was not idle for long.
    fn is_suspicious(&self, connection: &Self::Connection, idle: Duration) -> bool {
        let _ = (connection, idle);
        false
    }

    /// Asks a connection for a sign of life. The pool bounds the time.
    ///
    /// # Errors
    /// When it gives none; it is then closed.
    fn check<'c>(&'c self, connection: &'c mut Self::Connection) -> BoxFuture<'c, Result<()>> {
        let _ = connection;
        Box::pin(async { Ok(()) })
    }

    /// True when a connection that comes back can be lent to the next caller as it is. Quick, and sends nothing.
    fn is_clean(&self, connection: &Self::Connection) -> bool;

    /// Cleans a connection that comes back, and then [keeps](Returned::keep) or [closes](Returned::close) it. Called
    /// where the last holder was dropped, perhaps outside any runtime: what takes long or waits belongs on a task or
    /// on a thread that may block. A [`Returned`] that is dropped is closed.
    fn clean(&self, returned: Returned<Self>);

    /// Closes a connection.
    fn close(&self, connection: Self::Connection, reason: CloseReason) {
        let _ = reason;
        drop(connection);
    }

    /// Called after a connection went straight from the calling task to another that waited for it.
    fn handed_over(&self) {}

    /// The error of a caller that waited too long, with what the driver has to add.
    fn timed_out(&self, error: Error) -> Error {
        error
    }

    /// True when a connection must stay until the pool is closed: it is the database, in memory. Then no lifetime and no
    /// hook ends it.
    fn is_permanent(&self) -> bool {
        false
    }
}

/// What follows from an opening that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenFailure {
    /// Trying again would not help: one of those who wait gets the error.
    Final,
    /// The database is there and has no room now, or is starting: tried again while anybody waits.
    Busy,
    /// The database cannot be reached. Tried again while anybody waits if the pool has reached it before; else final,
    /// since then it is the address that is wrong.
    Unreachable,
}

/// A connection and what the pool knows of it.
#[derive(Debug)]
pub(super) struct Entry<C> {
    pub(super) connection: C,
    /// When it last came back. Unknown for connections that are not timed, until the reaper finds them idle.
    pub(super) idle_since: Option<Instant>,
    pub(super) expires: Option<Instant>,
}

/// What all users of a pool share.
pub(super) struct Shared<M: Manager> {
    pub(super) manager: M,
    pub(super) options: PoolOptions,
    pub(super) hooks: Hooks<M::Connection>,
    pub(super) queue: Queue<Box<Entry<M::Connection>>, Error>,
    pub(super) counters: Counters,
    pub(super) reaper: Mutex<Option<AbortHandle>>,
    /// Why connections could not be opened, and when that was last so.
    pub(super) last_failure: Mutex<Option<(Error, Instant)>>,
    /// Connections that came back before this many nanoseconds after `begun` are to be checked: another was lost since.
    suspect_before: AtomicU64,
    begun: Instant,
}

impl<M: Manager> Shared<M> {
    pub(super) fn new(manager: M, options: PoolOptions, hooks: Hooks<M::Connection>) -> Arc<Self> {
        Arc::new(Shared {
            queue: Queue::new(options.max_connections, options.max_waiting),
            manager,
            options,
            hooks,
            counters: Counters::default(),
            reaper: Mutex::new(None),
            last_failure: Mutex::new(None),
            suspect_before: AtomicU64::new(0),
            begun: Instant::now(),
        })
    }

    /// A connection that was just opened.
    pub(super) fn entry(&self, connection: M::Connection) -> Box<Entry<M::Connection>> {
        Counters::add(&self.counters.opened);
        let now = Instant::now();
        let lifetime = self.options.max_lifetime.filter(|_| !self.manager.is_permanent());
        let expires = lifetime.map(|lifetime| now + lifetime - lifetime.mul_f64(0.1 * random()));
        Box::new(Entry { connection, idle_since: Some(now), expires })
    }

    /// True when an idle connection can be lent without asking it anything.
    pub(super) fn is_fresh(&self, entry: &Entry<M::Connection>, now: Instant) -> bool {
        self.manager.is_open(&entry.connection) && !entry.is_expired(now) && !self.needs_check(entry, now)
    }

    /// True when a connection has to give a sign of life before it is lent.
    pub(super) fn needs_check(&self, entry: &Entry<M::Connection>, now: Instant) -> bool {
        entry.idle_since.is_some_and(|since| {
            let idle = now.saturating_duration_since(since);
            idle >= self.options.check_after
                || self.age(since) < self.suspect_before.load(Relaxed)
                || self.manager.is_suspicious(&entry.connection, idle)
        })
    }

    /// From now on connections that are idle are checked before they are lent.
    pub(super) fn suspect_idle(&self) {
        self.suspect_before.store(self.age(Instant::now()), Relaxed);
    }

    fn age(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.begun).as_nanos()).unwrap_or(u64::MAX)
    }

    /// Takes back a connection that a caller held.
    pub(super) fn release(self: &Arc<Self>, mut entry: Box<Entry<M::Connection>>) {
        let is_due = entry.note_return::<M>();
        let manager = &self.manager;
        let is_kept = !is_due && self.hooks.on_release.is_none() && manager.is_open(&entry.connection);
        if is_kept && manager.is_clean(&entry.connection) {
            self.give_back(entry, true);
        } else {
            self.release_slowly(entry);
        }
    }

    #[cold]
    fn release_slowly(self: &Arc<Self>, entry: Box<Entry<M::Connection>>) {
        let returned = Returned::new(entry, Arc::clone(self), CloseReason::Unclean);
        if !self.manager.is_open(&returned) {
            returned.close(CloseReason::Lost);
        } else if self.manager.is_clean(&returned) {
            returned.keep();
        } else {
            self.manager.clean(returned);
        }
    }

    /// Puts a connection back that nobody used.
    #[cold]
    pub(super) fn put_back(&self, entry: Box<Entry<M::Connection>>) {
        self.give_back(entry, true);
    }

    /// Puts a clean connection back.
    fn give_back(&self, entry: Box<Entry<M::Connection>>, is_counted: bool) {
        let given = if is_counted { self.queue.give_back(entry) } else { self.queue.offer(entry) };
        match given {
            Given::Idle => {}
            Given::HandedOver => self.manager.handed_over(),
            Given::Refused(entry) => self.close_refused(entry),
        }
    }

    /// Closes what the queue did not take.
    #[cold]
    pub(super) fn close_refused(&self, entry: Box<Entry<M::Connection>>) {
        let is_closed = self.queue.is_closed();
        self.close_entry(entry, if is_closed { CloseReason::Shutdown } else { CloseReason::Surplus });
    }

    /// Closes a connection that the queue does not count.
    #[expect(clippy::boxed_local, reason = "connections are boxed everywhere else")]
    pub(super) fn close_entry(&self, entry: Box<Entry<M::Connection>>, reason: CloseReason) {
        if matches!(reason, CloseReason::Lost | CloseReason::Unresponsive) {
            self.suspect_idle();
        }
        self.counters.add_closed(reason);
        tracing::debug!(target: "kysera::pool", ?reason, "a connection is closed");
        self.manager.close(entry.connection, reason);
    }

    /// Closes idle connections that `unwanted` picks, leaving at least `least` connections.
    pub(super) fn close_idle(
        &self,
        least: usize,
        reason: CloseReason,
        unwanted: impl FnMut(&mut Entry<M::Connection>) -> bool,
    ) {
        let mut unwanted = unwanted;
        for entry in self.queue.remove_idle(least, |entry| unwanted(entry)) {
            self.close_entry(entry, reason);
        }
    }

    /// Refuses everybody from now on and closes what is idle.
    pub(super) fn close_now(&self) {
        let idle = self.queue.close();
        if let Some(reaper) = self.reaper.lock().take() {
            reaper.abort();
        }
        for entry in idle {
            self.close_entry(entry, CloseReason::Shutdown);
        }
    }

    pub(super) fn status(&self) -> PoolStatus {
        let counts = self.queue.counts();
        PoolStatus {
            limit: counts.limit,
            open: counts.idle + counts.in_use,
            idle: counts.idle,
            in_use: counts.in_use,
            opening: counts.opening,
            waiting: counts.waiting,
            opened: self.counters.opened.load(Relaxed),
            open_failures: self.counters.open_failures.load(Relaxed),
            closed: self.counters.closed(),
            acquired: counts.tally.acquired,
            waited: counts.tally.waited,
            timeouts: self.counters.timeouts.load(Relaxed),
            handed_over: counts.tally.handed_over,
            total_wait: counts.tally.total_wait,
            max_wait: counts.tally.max_wait,
        }
    }
}

impl<M: Manager> Drop for Shared<M> {
    fn drop(&mut self) {
        self.close_now();
    }
}

impl<M: Manager> fmt::Debug for Shared<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("options", &self.options).field("status", &self.status()).finish()
    }
}

impl<C> Entry<C> {
    pub(super) fn is_expired(&self, now: Instant) -> bool {
        self.expires.is_some_and(|expires| now >= expires)
    }

    /// Notes the time of a return; true when the connection is too old to be kept.
    fn note_return<M: Manager<Connection = C>>(&mut self) -> bool {
        self.idle_since = M::TIMED.then(Instant::now);
        self.idle_since.is_some_and(|now| self.is_expired(now))
    }
}

/// A number from 0 to 1 by the hasher's random keys: enough to spread the ends of lifetimes and the steps of a wait.
pub(super) fn random() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    f64::from(u32::try_from(RandomState::new().hash_one(0) >> 32).unwrap_or(0)) / f64::from(u32::MAX)
}

/// A connection on its way back to the pool, which still counts it. Dropped, it is closed.
pub struct Returned<M: Manager> {
    /// There until it is kept or closed.
    entry: Option<Box<Entry<M::Connection>>>,
    room: Room<M>,
    /// Why it is closed when it is dropped.
    reason: CloseReason,
}

/// What a connection takes of the pool's limit.
pub struct Room<M: Manager> {
    shared: Arc<Shared<M>>,
    is_counted: bool,
}

impl<M: Manager> Room<M> {
    /// Stops counting the connection, so that another may be opened in its stead while this one is cleaned for long.
    /// [`Returned::keep`] then closes it if the pool is full. May be called again.
    pub fn give_back(&mut self) {
        if std::mem::take(&mut self.is_counted) {
            self.shared.queue.forget();
        }
    }
}

impl<M: Manager> fmt::Debug for Room<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Room").field("is_counted", &self.is_counted).finish_non_exhaustive()
    }
}

impl<M: Manager> Returned<M> {
    pub(super) fn new(
        entry: Box<Entry<M::Connection>>,
        shared: Arc<Shared<M>>,
        reason: CloseReason,
    ) -> Returned<M> {
        Returned { entry: Some(entry), room: Room { shared, is_counted: true }, reason }
    }

    /// The driver's side of the pool.
    pub fn manager(&self) -> &M {
        &self.room.shared.manager
    }

    /// True when the pool was closed: what is kept is then closed too.
    pub fn is_pool_closed(&self) -> bool {
        self.room.shared.queue.is_closed()
    }

    /// Gives the connection to the next caller. It is clean now.
    pub fn keep(mut self) {
        let Some(entry) = &mut self.entry else { return };
        if entry.note_return::<M>() && !self.room.shared.manager.is_permanent() {
            return self.close(CloseReason::Lifetime);
        }
        match self.room.shared.hooks.on_release.clone() {
            Some(hook) if !self.is_pool_closed() => self.keep_if(hook),
            _ => self.put_back(),
        }
    }

    fn keep_if(mut self, hook: super::hooks::Hook<M::Connection, bool>) {
        self.reason = CloseReason::Hook;
        let Ok(runtime) = Handle::try_current() else {
            // Nobody can ask the hook here.
            if self.room.shared.manager.is_permanent() {
                self.put_back();
            }
            return;
        };
        runtime.spawn(async move {
            let Some(entry) = &mut self.entry else { return };
            let answer = tokio::time::timeout(HOOK_LIMIT, hook(&mut entry.connection)).await;
            if matches!(answer, Ok(Ok(true))) || self.room.shared.manager.is_permanent() {
                self.put_back();
            }
        });
    }

    fn put_back(mut self) {
        if let Some(entry) = self.entry.take() {
            self.room.shared.give_back(entry, self.room.is_counted);
        }
    }

    /// Cleans the connection on a task of its own, and then keeps it, or closes it where that failed. Without a runtime
    /// nobody can clean it: it is closed, as the end of a runtime does.
    pub fn clean_on_task<F>(mut self, clean: F)
    where
        F: for<'c> FnOnce(&'c mut M::Connection, &'c mut Room<M>) -> BoxFuture<'c, Result<()>>
            + Send
            + 'static,
    {
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn(async move {
            let (connection, room) = self.parts();
            match clean(connection, room).await {
                Ok(()) => self.keep(),
                Err(error) => {
                    tracing::debug!(target: "kysera::pool", %error, "a connection could not be cleaned");
                }
            }
        });
    }

    /// Closes the connection.
    pub fn close(mut self, reason: CloseReason) {
        self.reason = reason;
    }

    /// The connection and its room, to give the room back while the connection is cleaned.
    pub fn parts(&mut self) -> (&mut M::Connection, &mut Room<M>) {
        let entry = self.entry.as_mut().expect("a connection is there until it is kept or closed");
        (&mut entry.connection, &mut self.room)
    }

    /// Closes the connection; the queue still counts it.
    pub(super) fn close_counted(mut self, reason: CloseReason) {
        if let Some(entry) = self.entry.take() {
            self.room.shared.close_entry(entry, reason);
        }
    }

    /// The connection, to be lent.
    pub(super) fn into_entry(mut self) -> Option<Box<Entry<M::Connection>>> {
        self.entry.take()
    }

    pub(super) fn idle_since(&self) -> Option<Instant> {
        self.entry.as_ref().and_then(|entry| entry.idle_since)
    }

    pub(super) fn needs_check(&self, now: Instant) -> bool {
        self.entry.as_ref().is_some_and(|entry| self.room.shared.needs_check(entry, now))
    }

    pub(super) fn is_expired(&self, now: Instant) -> bool {
        self.entry.as_ref().is_some_and(|entry| entry.is_expired(now))
    }
}

impl<M: Manager> Drop for Returned<M> {
    fn drop(&mut self) {
        if let Some(entry) = self.entry.take() {
            self.room.shared.close_entry(entry, self.reason);
            self.room.give_back();
        }
    }
}

impl<M: Manager> Deref for Returned<M> {
    type Target = M::Connection;

    fn deref(&self) -> &M::Connection {
        &self.entry.as_ref().expect("a connection is there until it is kept or closed").connection
    }
}

impl<M: Manager> DerefMut for Returned<M> {
    fn deref_mut(&mut self) -> &mut M::Connection {
        &mut self.entry.as_mut().expect("a connection is there until it is kept or closed").connection
    }
}

impl<M: Manager> fmt::Debug for Returned<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Returned").field("reason", &self.reason).finish_non_exhaustive()
    }
}
