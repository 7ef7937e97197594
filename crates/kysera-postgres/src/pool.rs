//! The pool: makes connections, throws away those that are gone or old, and lends the rest.
//!
//! A stack and a queue under one lock. A connection that comes back goes straight to whoever has waited longest.
//! Cleaning a connection after use stands in `release`; what comes back here is as new.

use crate::connect;
use crate::raw_connection::RawConnection;
use crate::options::PostgresOptions;
use crate::tls::Tls;
use crate::types::Types;
use kysera_core::error::{Error, ErrorKind, Result};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Connections that nobody used for so long are asked for a sign of life before they are lent.
const LONG_IDLE: Duration = Duration::from_secs(30);
/// How long they may take to give it.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);

/// What all connections of a driver share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: PostgresOptions,
    pub(crate) tls: Option<Tls>,
    pub(crate) types: Types,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The one that was used last is warm and stands at the end; those in front grow old enough to be closed.
    #[expect(clippy::vec_box, reason = "a connection moves from hand to hand, and is large")]
    idle: Vec<Box<RawConnection>>,
    /// How many places may still be lent, with an idle connection or the right to open one. None while anybody waits.
    free: usize,
    /// Open connections, in use or not.
    open: usize,
    /// Those who wait, longest first. Some may have gone away.
    waiting: VecDeque<oneshot::Sender<Pooled>>,
    is_closed: bool,
    swept: Instant,
}

/// How many connections there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts {
    pub(crate) open: usize,
    pub(crate) idle: usize,
    pub(crate) waiting: usize,
}

impl Shared {
    pub(crate) fn new(options: PostgresOptions, tls: Option<Tls>) -> Arc<Shared> {
        let state = State {
            idle: Vec::new(),
            free: options.pool.size,
            open: 0,
            waiting: VecDeque::new(),
            is_closed: false,
            swept: Instant::now(),
        };
        Arc::new(Shared { options, tls, types: Types::default(), state: Mutex::new(state) })
    }

    /// Lends a connection.
    pub(crate) async fn get(self: &Arc<Self>) -> Result<Pooled> {
        let now = Instant::now();
        match self.take_or_queue(now)? {
            Ok(pooled) if pooled.is_fresh(now) => Ok(pooled),
            // Boxed, so that the future of every statement does not carry the room of a login.
            Ok(pooled) => Box::pin(pooled.made_ready()).await,
            Err(turn) => Box::pin(self.wait(turn)).await,
        }
    }

    /// A place, with a connection or without, or a place in the queue for one.
    fn take_or_queue(
        self: &Arc<Self>,
        now: Instant,
    ) -> Result<std::result::Result<Pooled, oneshot::Receiver<Pooled>>> {
        let mut state = self.state.lock();
        if state.is_closed {
            return Err(closed());
        }
        let unused = state.sweep(self.options.pool.idle_timeout, now);
        let taken = if state.free > 0 {
            state.free -= 1;
            Ok(Pooled { raw: state.idle.pop(), shared: Arc::clone(self), owes: true, is_asked: false })
        } else {
            Err(state.queue())
        };
        drop(state);
        drop(unused);
        Ok(taken)
    }

    async fn wait(self: &Arc<Self>, turn: oneshot::Receiver<Pooled>) -> Result<Pooled> {
        match tokio::time::timeout(self.options.pool.acquire_timeout, turn).await {
            Ok(Ok(pooled)) => pooled.made_ready().await,
            Ok(Err(_)) => Err(closed()),
            Err(_) => Err(full(&self.options)),
        }
    }

    /// Takes back a place, with a connection that is as new or without: for whoever has waited longest, or for later.
    fn put(self: &Arc<Self>, mut raw: Option<Box<RawConnection>>) {
        loop {
            let mut state = self.state.lock();
            let Some(turn) = state.waiting.pop_front() else {
                state.free += 1;
                if state.is_closed {
                    state.open -= usize::from(raw.is_some());
                } else {
                    state.idle.extend(raw);
                }
                return;
            };
            drop(state);
            // Outside the lock: it wakes somebody.
            match turn.send(Pooled { raw, shared: Arc::clone(self), owes: true, is_asked: false }) {
                Ok(()) => return,
                // Whoever that was no longer waits.
                Err(mut unwanted) => {
                    unwanted.owes = false;
                    raw = unwanted.raw.take();
                }
            }
        }
    }

    /// Closes idle connections, and those in use when they come back.
    pub(crate) fn close(&self) {
        let mut state = self.state.lock();
        state.is_closed = true;
        let waiting = std::mem::take(&mut state.waiting);
        let idle = std::mem::take(&mut state.idle);
        state.open -= idle.len();
        drop(state);
        drop((waiting, idle));
    }

    pub(crate) fn counts(&self) -> Counts {
        let state = self.state.lock();
        let waiting = state.waiting.iter().filter(|turn| !turn.is_closed()).count();
        Counts { open: state.open, idle: state.idle.len(), waiting }
    }

    async fn open(&self) -> Result<Box<RawConnection>> {
        let limit = self.options.pool.acquire_timeout;
        let opened = connect::open(&self.options, self.tls.as_ref(), None);
        let raw = tokio::time::timeout(limit, opened).await.map_err(|_| {
            Error::new(ErrorKind::ConnectionFailed, "no connection could be opened within acquire_timeout")
                .with_hint("check the server and the network, or set connect_timeout below acquire_timeout")
        })??;
        self.state.lock().open += 1;
        Ok(Box::new(raw))
    }
}

impl State {
    /// Takes out what nobody used for long. Done in passing, so that no task has to be kept alive.
    #[expect(clippy::vec_box, reason = "as in the list that they come from")]
    fn sweep(&mut self, timeout: Option<Duration>, now: Instant) -> Vec<Box<RawConnection>> {
        let Some(timeout) = timeout else { return Vec::new() };
        if now.duration_since(self.swept) < timeout.min(LONG_IDLE) {
            return Vec::new();
        }
        self.swept = now;
        let (unused, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.idle)
            .into_iter()
            .partition(|raw| now.duration_since(raw.idle_since) >= timeout);
        self.idle = kept;
        self.open -= unused.len();
        unused
    }

    fn queue(&mut self) -> oneshot::Receiver<Pooled> {
        // Time limits are alike, so that those who gave up stand in front.
        while self.waiting.front().is_some_and(oneshot::Sender::is_closed) {
            self.waiting.pop_front();
        }
        let (turn, wait) = oneshot::channel();
        self.waiting.push_back(turn);
        wait
    }
}

#[cold]
fn closed() -> Error {
    Error::new(ErrorKind::ConnectionClosed, "the database was closed")
        .with_hint("a closed driver cannot be opened again: connect anew")
}

#[cold]
fn full(options: &PostgresOptions) -> Error {
    let message = format!(
        "none of {} connections became free within {:?}",
        options.pool.size, options.pool.acquire_timeout
    );
    Error::new(ErrorKind::PoolTimeout, message).with_hint(
        "hold connections for less long, raise pool_size, or look for a transaction that waits for itself",
    )
}

/// A connection that goes back to the pool when it is dropped.
#[derive(Debug)]
pub(crate) struct Pooled {
    /// Always there once it was lent.
    raw: Option<Box<RawConnection>>,
    shared: Arc<Shared>,
    /// Its place is to be given back.
    owes: bool,
    /// It was asked for a sign of life and has not answered.
    is_asked: bool,
}

impl Pooled {
    /// Closes the connection instead of giving it back.
    pub(crate) fn close(mut self) {
        self.close_raw();
    }

    fn close_raw(&mut self) {
        if let Some(raw) = self.raw.take() {
            self.shared.state.lock().open -= 1;
            drop(raw);
        }
    }

    /// True when it can be lent as it is.
    fn is_fresh(&self, now: Instant) -> bool {
        let Some(raw) = &self.raw else { return false };
        !raw.is_closed()
            && now.duration_since(raw.idle_since) < LONG_IDLE
            && self
                .shared
                .options
                .pool
                .max_lifetime
                .is_none_or(|limit| now.duration_since(raw.opened) < limit)
    }

    /// With a connection that is good: its own, another idle one, or a new one.
    async fn made_ready(mut self) -> Result<Pooled> {
        while self.raw.is_some() {
            if self.is_fresh(Instant::now()) || self.gives_sign_of_life().await {
                return Ok(self);
            }
            self.close_raw();
            self.raw = self.shared.state.lock().idle.pop();
        }
        self.raw = Some(self.shared.open().await?);
        Ok(self)
    }

    /// Asks a connection that was idle for long. A socket whose other end vanished without a word looks alive; asking
    /// costs a trip, so only then.
    async fn gives_sign_of_life(&mut self) -> bool {
        let limit = self.shared.options.pool.max_lifetime;
        let Some(raw) = &mut self.raw else { return false };
        if raw.is_closed() || limit.is_some_and(|limit| raw.opened.elapsed() >= limit) {
            return false;
        }
        self.is_asked = true;
        let sign = tokio::time::timeout(SIGN_OF_LIFE, raw.client.check_connection()).await;
        self.is_asked = false;
        matches!(sign, Ok(Ok(())))
    }
}

impl Deref for Pooled {
    type Target = RawConnection;

    fn deref(&self) -> &RawConnection {
        self.raw.as_deref().expect("what was lent holds a connection")
    }
}

impl DerefMut for Pooled {
    fn deref_mut(&mut self) -> &mut RawConnection {
        self.raw.as_deref_mut().expect("what was lent holds a connection")
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        if self.is_asked {
            self.close_raw();
        }
        if self.owes {
            self.shared.put(self.raw.take());
        }
    }
}
