//! The connections: one writer behind a fair queue and some readers, or one for both.
//!
//! A stack and a queue under one lock: a general pool costs more than a point read, and a semaphore beside the stack a
//! tenth of one. A connection that comes back goes straight to whoever has waited longest. What holds a connection
//! gives it back when it is dropped, on whatever thread that is: rolled back, checked, and only then free.

use crate::busy::BusyWait;
use crate::checkpoint::{Checkpoint, Due};
use crate::error::{closed, gone, is_busy};
use crate::history::History;
use crate::options::SqliteOptions;
use crate::raw::{RawConnection, Role};
use crate::yield_now::{self, yield_if_due};
use kysera_core::{Error, ErrorKind, Result};
use kysera_sql::compiled::{Access, Compiled};
use kysera_sql::dialect::Sqlite;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task;

/// What all connections of a database share.
pub(crate) struct Database {
    pub(crate) options: SqliteOptions,
    pub(crate) history: History,
    dialect: Sqlite,
    checkpoint: Checkpoint,
    writer: Pool,
    /// None when the writer reads too.
    readers: Option<Pool>,
    closed: AtomicBool,
}

struct Pool {
    state: Mutex<State>,
    /// The task that holds the only connection, to tell a wait for oneself from a wait for others.
    holder: Mutex<Option<task::Id>>,
}

struct State {
    #[expect(clippy::vec_box, reason = "a connection moves from hand to hand, and is large")]
    idle: Vec<Box<RawConnection>>,
    /// How many may still be lent: those that are idle, and those that were not opened yet. None while anybody waits.
    free: usize,
    /// Those who wait, longest first. Some may have gone away.
    waiting: VecDeque<oneshot::Sender<Pooled>>,
    closed: bool,
}

impl Database {
    pub(crate) fn new(options: SqliteOptions, writer: Box<RawConnection>) -> Arc<Database> {
        let readers = (!options.is_single()).then(|| Pool::new(options.readers, None));
        Arc::new(Database {
            history: History::new(),
            dialect: writer.dialect(),
            checkpoint: Checkpoint::new(&options),
            writer: Pool::new(1, Some(writer)),
            readers,
            closed: AtomicBool::new(false),
            options,
        })
    }

    pub(crate) fn dialect(&self) -> &Sqlite {
        &self.dialect
    }

    /// The connection that serves an access.
    pub(crate) fn role(&self, access: Access) -> Role {
        if access == Access::Read && self.readers.is_some() { Role::Reader } else { Role::Writer }
    }

    /// Remembers whether a statement was short or long.
    pub(crate) fn note_latency(&self, statement: &Compiled, took: Duration) {
        if took < self.options.budget {
            self.history.note_short(&statement.sql);
        } else {
            self.history.note_long(&statement.sql);
        }
    }

    fn pool(&self, role: Role) -> &Pool {
        match (role, &self.readers) {
            (Role::Reader, Some(readers)) => readers,
            _ => &self.writer,
        }
    }

    /// A free connection, at once or not at all.
    pub(crate) fn try_borrow(self: &Arc<Self>, role: Role) -> Option<Borrowed<'_>> {
        let mut state = self.pool(role).state.lock();
        if state.free == 0 {
            return None;
        }
        let raw = state.idle.pop()?;
        state.free -= 1;
        drop(state);
        Some(Borrowed { raw: Some(raw), database: self, role })
    }

    /// A connection, when one is free.
    pub(crate) async fn acquire(self: &Arc<Self>, role: Role) -> Result<Pooled> {
        yield_if_due().await;
        let mut pooled = match self.take_or_queue(role)? {
            Ok(pooled) => pooled,
            Err(turn) => self.wait(role, turn).await?,
        };
        *self.pool(role).holder.lock() = task::try_id();
        if pooled.raw.is_none() {
            pooled.raw = Some(open(self.options.clone(), role).await?);
        }
        Ok(pooled)
    }

    /// A pooled, perhaps of a connection that is still to be opened, or a place in the queue for one.
    fn take_or_queue(self: &Arc<Self>, role: Role) -> Result<Result<Pooled, oneshot::Receiver<Pooled>>> {
        let mut state = self.pool(role).state.lock();
        if state.closed {
            return Err(closed());
        }
        if state.free == 0 {
            // Time limits are alike, so that those who gave up stand in front.
            while state.waiting.front().is_some_and(oneshot::Sender::is_closed) {
                state.waiting.pop_front();
            }
            let (turn, wait) = oneshot::channel();
            state.waiting.push_back(turn);
            return Ok(Err(wait));
        }
        state.free -= 1;
        let raw = state.idle.pop();
        Ok(Ok(Pooled { raw, database: Arc::clone(self), role, is_counted: true }))
    }

    async fn wait(&self, role: Role, turn: oneshot::Receiver<Pooled>) -> Result<Pooled> {
        let pooled = if Handle::try_current().is_ok() {
            let waited = tokio::time::timeout(self.options.acquire_timeout, turn).await;
            waited.map_err(|_| self.waited_too_long(role))?
        } else {
            turn.await
        };
        pooled.map_err(|_| closed())
    }

    #[cold]
    fn waited_too_long(&self, role: Role) -> Error {
        let waited = self.options.acquire_timeout;
        let holder = *self.pool(role).holder.lock();
        if role == Role::Writer && holder.is_some() && holder == task::try_id() {
            return Error::new(
                ErrorKind::SelfDeadlock,
                "this task waits for a connection that it holds itself, in a transaction or stream",
            )
            .with_hint("inside a transaction use tx, not db; a database in memory has a single connection");
        }
        let error =
            Error::new(ErrorKind::PoolTimeout, format!("no connection became free within {waited:?}"));
        match (role, &self.readers) {
            (Role::Reader, _) => error.with_hint("raise readers, or finish streams sooner"),
            (Role::Writer, Some(_)) => error.with_hint("sqlite has one writer: shorten write transactions"),
            (Role::Writer, None) => error.with_hint("a single connection serves this database: shorten transactions, and inside one use tx, not db"),
        }
    }

    /// Closes what is free; what is in use is closed when it comes back. Blocks.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        let pools = [Some(&self.writer), self.readers.as_ref()];
        for pool in pools.into_iter().flatten() {
            let mut state = pool.state.lock();
            state.closed = true;
            let waiting = std::mem::take(&mut state.waiting);
            drop(state);
            drop(waiting);
        }
        self.checkpoint.close();
        // The writer last: the last one to close copies the log and removes it.
        for pool in pools.into_iter().flatten().rev() {
            let idle = std::mem::take(&mut pool.state.lock().idle);
            drop(idle);
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Takes a connection back that is as new, or the right to open one: for whoever has waited longest, or for later.
    fn put(self: &Arc<Self>, role: Role, mut raw: Option<Box<RawConnection>>) {
        loop {
            let mut state = self.pool(role).state.lock();
            let Some(turn) = state.waiting.pop_front() else {
                state.free += 1;
                if !state.closed {
                    state.idle.extend(raw);
                }
                return;
            };
            drop(state);
            // Outside the lock: it wakes somebody.
            let pooled = Pooled { raw, database: Arc::clone(self), role, is_counted: true };
            match turn.send(pooled) {
                // Tokio keeps a task that was just woken for this thread alone: without a yield the connection would lie
                // idle while this task goes on, and all who wait behind it.
                Ok(()) => return yield_now::note_handover(),
                // Whoever that was no longer waits.
                Err(mut unwanted) => {
                    unwanted.is_counted = false;
                    raw = unwanted.raw.take();
                }
            }
        }
    }

    /// Takes a connection back. Quick when there is nothing to undo or copy; else that is done on the blocking pool.
    fn take_back(self: &Arc<Self>, raw: Box<RawConnection>, role: Role) {
        raw.watchdog.reset();
        let due = match raw.frames.take() {
            0 => Due::Nothing,
            frames => self.checkpoint.due(frames, self.readers.is_none()),
        };
        if due == Due::Beside {
            let database = Arc::clone(self);
            on_blocking_pool(move || {
                database.checkpoint.run_beside(&database.options, || database.is_closed())
            });
        }
        let long = due == Due::Held || raw.has_much_to_undo() || self.is_closed();
        let home = Return { raw: Some(raw), database: Arc::clone(self), role, copy: due == Due::Held };
        if long {
            on_blocking_pool(move || drop(home));
        }
    }
}

impl Pool {
    fn new(size: usize, raw: Option<Box<RawConnection>>) -> Self {
        Pool {
            state: Mutex::new(State {
                idle: Vec::from_iter(raw),
                free: size,
                waiting: VecDeque::new(),
                closed: false,
            }),
            holder: Mutex::new(None),
        }
    }
}

/// Opens a connection on the blocking pool, waiting for other processes' locks without blocking a thread.
pub(crate) async fn open(options: SqliteOptions, role: Role) -> Result<Box<RawConnection>> {
    let mut busy = BusyWait::new(options.busy_timeout);
    loop {
        let opened = if Handle::try_current().is_ok() {
            let options = options.clone();
            match task::spawn_blocking(move || RawConnection::open(&options, role)).await {
                Ok(opened) => opened,
                Err(join) if join.is_panic() => std::panic::resume_unwind(join.into_panic()),
                Err(_) => return Err(gone()),
            }
        } else {
            RawConnection::open(&options, role)
        };
        match opened {
            Err(error) if is_busy(&error) && busy.wait().await => {}
            other => return other,
        }
    }
}

/// Runs on the blocking pool, or here when there is no runtime. If the runtime is going down, dropping the work must do
/// it.
fn on_blocking_pool(work: impl FnOnce() + Send + 'static) {
    match Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn_blocking(work)),
        Err(_) => work(),
    }
}

/// A connection that someone owns. Gives it back when dropped.
pub(crate) struct Pooled {
    raw: Option<Box<RawConnection>>,
    database: Arc<Database>,
    role: Role,
    /// Its place in the pool is to be given back, even without a connection.
    is_counted: bool,
}

impl Pooled {
    pub(crate) fn role(&self) -> Role {
        self.role
    }

    /// Says that the task that took it no longer has it: a wait for it is no wait for oneself.
    pub(crate) fn forget_holder(&self) {
        *self.database.pool(self.role).holder.lock() = None;
    }

    /// Gives the connection back from a thread that may block.
    pub(crate) fn give_back_here(mut self) {
        if let Some(raw) = self.raw.take() {
            raw.watchdog.reset();
            self.is_counted = false;
            drop(Return {
                raw: Some(raw),
                database: Arc::clone(&self.database),
                role: self.role,
                copy: false,
            });
        }
    }
}

impl Deref for Pooled {
    type Target = RawConnection;

    fn deref(&self) -> &RawConnection {
        self.raw.as_deref().expect("a pooled has its connection until it is dropped")
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        match self.raw.take() {
            Some(raw) => self.database.take_back(raw, self.role),
            None if self.is_counted => self.database.put(self.role, None),
            None => {}
        }
    }
}

/// A connection for the length of one synchronous call.
pub(crate) struct Borrowed<'s> {
    raw: Option<Box<RawConnection>>,
    database: &'s Arc<Database>,
    role: Role,
}

impl Deref for Borrowed<'_> {
    type Target = RawConnection;

    fn deref(&self) -> &RawConnection {
        self.raw.as_deref().expect("a borrowed connection is there until it is dropped")
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        if let Some(raw) = self.raw.take() {
            if raw.frames.get() == 0
                && raw.is_clean()
                && !std::thread::panicking()
                && !self.database.is_closed()
            {
                self.database.put(self.role, Some(raw));
            } else {
                self.database.take_back(raw, self.role);
            }
        }
    }
}

/// A connection on its way back. Does its work when dropped, so that it is done even if the job never starts.
struct Return {
    raw: Option<Box<RawConnection>>,
    database: Arc<Database>,
    role: Role,
    copy: bool,
}

impl Drop for Return {
    fn drop(&mut self) {
        let Some(raw) = self.raw.take() else { return };
        let clean = raw.is_clean() || self.clean(&raw);
        if self.copy && !self.database.is_closed() {
            self.database.checkpoint.run_held(&raw.conn);
        }
        *self.database.pool(self.role).holder.lock() = None;
        self.database.put(self.role, (clean && !self.database.is_closed()).then_some(raw));
    }
}

impl Return {
    /// True when nothing of the last user is left. A connection that cannot be rolled back is closed, which rolls
    /// back too; the one in memory is the database and stays.
    fn clean(&self, raw: &RawConnection) -> bool {
        match raw.rollback() {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "a rollback failed");
                self.database.options.location == crate::options::Location::Memory
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::SqliteConnection;
    use kysera_sql::compiled::{Facts, StatementKind};
    use kysera_sql::row::Discard;
    use std::future::{Future, poll_fn};
    use std::pin::{Pin, pin};
    use std::task::Poll;

    type Turn = Pin<Box<dyn Future<Output = Result<Pooled>>>>;

    fn single() -> Arc<Database> {
        let options = SqliteOptions::memory();
        let raw = RawConnection::open(&options, Role::Writer).unwrap();
        Database::new(options, raw)
    }

    /// Someone who waits, polled once.
    async fn waiter(database: &Arc<Database>) -> Turn {
        let database = Arc::clone(database);
        let mut turn: Turn = Box::pin(async move { database.acquire(Role::Writer).await });
        let is_waiting = poll_fn(|cx| Poll::Ready(turn.as_mut().poll(cx).is_pending())).await;
        assert!(is_waiting);
        turn
    }

    #[tokio::test]
    async fn who_waited_longest_is_next_and_nobody_slips_in() {
        let database = single();
        let pooled = database.acquire(Role::Writer).await.unwrap();
        let (first, second) = (waiter(&database).await, waiter(&database).await);
        drop(pooled);
        assert!(database.try_borrow(Role::Writer).is_none(), "it was handed over");
        let pooled = first.await.unwrap();
        drop(pooled);
        drop(second.await.unwrap());
        assert!(database.try_borrow(Role::Writer).is_some());
    }

    #[tokio::test]
    async fn a_task_that_hands_its_connection_over_lets_the_next_begin() {
        let database = single();
        drop(database.acquire(Role::Writer).await.unwrap());
        assert!(!yield_now::is_due(), "nobody waited");
        let pooled = database.acquire(Role::Writer).await.unwrap();
        let next = Arc::clone(&database);
        let next = tokio::spawn(async move { drop(next.acquire(Role::Writer).await.unwrap()) });
        tokio::task::yield_now().await;
        drop(pooled);
        assert!(yield_now::is_due());
        drop(database.acquire(Role::Writer).await.unwrap());
        assert!(next.is_finished() && !yield_now::is_due());
    }

    #[tokio::test]
    async fn nobody_yields_with_a_connection_that_others_wait_for() {
        let database = single();
        let pooled = database.acquire(Role::Writer).await.unwrap();
        let mut connection = SqliteConnection::new(Arc::clone(&database), pooled);
        yield_now::note_handover();
        let statement =
            Compiled::new("select 1", Vec::new(), StatementKind::Read, Facts::new().returning_rows());
        let mut ran = pin!(connection.run_to_end(statement, Box::new(Discard::default())));
        let done = poll_fn(|cx| Poll::Ready(ran.as_mut().poll(cx).is_ready())).await;
        assert!(done && yield_now::is_due(), "it yields before the next connection is taken");
    }

    #[tokio::test]
    async fn a_waiter_that_went_away_leaves_no_hole_before_or_after_its_turn_came() {
        let database = single();
        let pooled = database.acquire(Role::Writer).await.unwrap();
        let (gone, handed, last) =
            (waiter(&database).await, waiter(&database).await, waiter(&database).await);
        drop(gone);
        drop(pooled);
        // Its turn has come, and it never looks.
        drop(handed);
        drop(last.await.unwrap());
        let state = database.writer.state.lock();
        assert_eq!((state.free, state.idle.len(), state.waiting.len()), (1, 1, 0));
    }

    #[tokio::test]
    async fn closing_wakes_those_who_wait() {
        let database = single();
        let pooled = database.acquire(Role::Writer).await.unwrap();
        let waiting = waiter(&database).await;
        database.close();
        assert_eq!(waiting.await.err().map(|error| error.kind()), Some(ErrorKind::ConnectionClosed));
        pooled.give_back_here();
        assert!(database.try_borrow(Role::Writer).is_none());
        assert!(database.writer.state.lock().idle.is_empty());
    }
}
