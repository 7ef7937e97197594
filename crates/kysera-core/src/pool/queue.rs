//! The lock and the queue: which connections are idle, who waits for one, and who may open one.
//!
//! Everything is decided under one lock, so a connection goes from one holder to the next without anybody in between.
//! Knows nothing of databases, tasks or timers: connections are values of any type, and the caller opens and closes
//! them. The model checker in `tests/pool_model` runs this file as it is.
//!
//! Three rules hold whenever the lock is free:
//! * idle + in use + being opened never exceeds the limit;
//! * nobody waits while a connection is idle;
//! * where the limit allows it and more callers wait than connections are being opened, the longest waiters were woken
//!   to open more. Any waiter that is polled may do so, since the one that was woken may be slow to look.

use super::sync::{Instant, Mutex};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Connections of type `T` and those who wait for them. `E` is the error of an opening that failed.
#[derive(Debug)]
pub(crate) struct Queue<T, E> {
    state: Mutex<State<T, E>>,
}

#[derive(Debug)]
struct State<T, E> {
    /// The most connections.
    limit: usize,
    /// The most callers that wait.
    max_waiting: usize,
    /// The one that was used last is at the end and is taken first; those in front grow old.
    idle: Vec<T>,
    /// Connections that somebody holds, or that lie ready for a waiter that has not looked yet.
    in_use: usize,
    /// Openings under way.
    openings: Vec<Opening>,
    /// Those who wait, longest first. A waiter that gives up is taken out at once.
    waiting: BTreeMap<u64, Waiter>,
    /// What lies ready for waiters that have not looked yet.
    served: BTreeMap<u64, Served<T, E>>,
    next_id: u64,
    is_closed: bool,
    /// Those who wait until nothing is in use any more.
    drains: Vec<Waker>,
    tally: Tally,
}

#[derive(Debug)]
struct Opening {
    id: u64,
    /// When it is given up for lost: the runtime that it runs on is gone or is blocked.
    until: Instant,
}

#[derive(Debug)]
struct Waiter {
    waker: Option<Waker>,
    since: Instant,
}

#[derive(Debug)]
enum Served<T, E> {
    Connection(T, Instant),
    Failure(E),
}

/// What a caller gets at once.
#[derive(Debug)]
pub(crate) enum Taken<T> {
    /// A connection.
    Connection(T),
    /// A ticket, with which it waits.
    Ticket(u64),
    /// Nothing: too many wait already.
    Full,
    /// Nothing: the pool was closed.
    Closed,
}

/// What a waiter wakes up to.
#[derive(Debug)]
pub(crate) enum Turn<T, E> {
    /// A connection.
    Connection(T),
    /// An opening to be done, which counts as under way. Its connection goes to the queue; the waiter goes on waiting.
    Opening(u64),
    /// An opening failed.
    Failure(E),
    /// The pool was closed.
    Closed,
}

/// What became of a connection that was given to the queue.
#[derive(Debug)]
pub(crate) enum Given<T> {
    /// It is idle now.
    Idle,
    /// It went to the one who waited longest.
    HandedOver,
    /// The queue is closed, or has no room for it: close it.
    Refused(T),
}

/// How many of each there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) limit: usize,
    pub(crate) idle: usize,
    pub(crate) in_use: usize,
    pub(crate) opening: usize,
    pub(crate) waiting: usize,
    pub(crate) tally: Tally,
}

/// What has happened so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Connections given to callers.
    pub(crate) acquired: u64,
    /// Those of them for which the caller had to wait.
    pub(crate) waited: u64,
    /// Those of them that came straight from another caller.
    pub(crate) handed_over: u64,
    pub(crate) total_wait: Duration,
    pub(crate) max_wait: Duration,
}

/// Those to wake once the lock is free.
#[derive(Debug, Default)]
struct Wakes {
    first: Option<Waker>,
    more: Vec<Waker>,
}

impl Wakes {
    fn add(&mut self, waker: Option<Waker>) {
        if self.first.is_none() {
            self.first = waker;
        } else {
            self.more.extend(waker);
        }
    }

    fn wake(self) {
        // Mostly nobody waits, and then there is nothing to look through.
        let Some(first) = self.first else { return };
        first.wake();
        self.more.into_iter().for_each(Waker::wake);
    }
}

impl<T, E> Queue<T, E> {
    /// A queue for at most `limit` connections and `max_waiting` waiters.
    pub(crate) fn new(limit: usize, max_waiting: usize) -> Self {
        Queue {
            state: Mutex::new(State {
                limit,
                max_waiting,
                idle: Vec::new(),
                in_use: 0,
                openings: Vec::new(),
                waiting: BTreeMap::new(),
                served: BTreeMap::new(),
                next_id: 0,
                is_closed: false,
                drains: Vec::new(),
                tally: Tally::default(),
            }),
        }
    }

    /// Takes an idle connection, if there is one. It never passes anybody who waits.
    pub(crate) fn try_take(&self) -> Option<T> {
        let mut state = self.state.lock();
        let taken = state.idle.pop()?;
        state.in_use += 1;
        state.tally.acquired += 1;
        Some(taken)
    }

    /// Takes an idle connection, or a ticket at the end of the queue.
    pub(crate) fn take_or_queue(&self, now: Instant) -> Taken<T> {
        let mut state = self.state.lock();
        if state.is_closed {
            return Taken::Closed;
        }
        if let Some(taken) = state.idle.pop() {
            state.in_use += 1;
            state.tally.acquired += 1;
            return Taken::Connection(taken);
        }
        if state.waiting.len() >= state.max_waiting {
            return Taken::Full;
        }
        let openings = state.openings.len();
        state.openings.retain(|opening| opening.until > now);
        let id = state.new_id();
        state.waiting.insert(id, Waiter { waker: None, since: now });
        if state.openings.len() < openings {
            let mut wakes = Wakes::default();
            state.call_openers(&mut wakes);
            drop(state);
            wakes.wake();
        }
        Taken::Ticket(id)
    }

    /// Gives up a connection that turned out to be useless, for another one: an idle one, or a ticket in front of all who
    /// came later.
    pub(crate) fn exchange(&self, ticket: Option<u64>, now: Instant) -> Taken<T> {
        let mut state = self.state.lock();
        if !state.is_closed
            && let Some(taken) = state.idle.pop()
        {
            return Taken::Connection(taken);
        }
        let mut wakes = Wakes::default();
        state.in_use -= 1;
        let taken = if state.is_closed {
            state.note_drained(&mut wakes);
            Taken::Closed
        } else {
            let id = ticket.unwrap_or_else(|| state.new_id());
            state.waiting.insert(id, Waiter { waker: None, since: now });
            state.call_openers(&mut wakes);
            Taken::Ticket(id)
        };
        drop(state);
        wakes.wake();
        taken
    }

    /// What a ticket's turn brings, once it has come. An opening that it brings is given up for lost after `patience`.
    pub(crate) async fn turn(&self, ticket: u64, patience: Duration) -> Turn<T, E> {
        poll_fn(|context| self.poll_turn(ticket, patience, context)).await
    }

    fn poll_turn(&self, ticket: u64, patience: Duration, context: &mut Context<'_>) -> Poll<Turn<T, E>> {
        let mut guard = self.state.lock();
        let state = &mut *guard;
        let wanted = state.openings_wanted();
        if let Some(waiter) = state.waiting.get_mut(&ticket) {
            if wanted > 0 {
                return Poll::Ready(Turn::Opening(state.begin_opening(Instant::now() + patience)));
            }
            if !waiter.waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
                waiter.waker = Some(context.waker().clone());
            }
            return Poll::Pending;
        }
        Poll::Ready(match state.served.remove(&ticket) {
            Some(Served::Connection(connection, since)) => {
                state.tally.note_wait(since);
                Turn::Connection(connection)
            }
            Some(Served::Failure(error)) => Turn::Failure(error),
            None => Turn::Closed,
        })
    }

    /// Gives up a ticket. Returns a connection that lay ready for it and that the queue no longer takes.
    pub(crate) fn leave(&self, ticket: u64) -> Option<T> {
        let mut state = self.state.lock();
        let mut wakes = Wakes::default();
        let mut refused = None;
        let mut failure = None;
        match state.served.remove(&ticket) {
            Some(Served::Connection(connection, _)) => {
                state.in_use -= 1;
                if let Given::Refused(connection) = state.give(connection, &mut wakes) {
                    refused = Some(connection);
                }
            }
            Some(Served::Failure(error)) => failure = Some(error),
            None => {
                state.waiting.remove(&ticket);
                // It may be the one that was woken to open a connection.
                state.call_openers(&mut wakes);
            }
        }
        drop(state);
        drop(failure);
        wakes.wake();
        refused
    }

    /// Gives back a connection in use: to the one who has waited longest, or for later.
    pub(crate) fn give_back(&self, connection: T) -> Given<T> {
        let mut state = self.state.lock();
        state.in_use -= 1;
        if state.waiting.is_empty() && !state.is_closed {
            // As mostly: nobody is to be told.
            state.idle.push(connection);
            return Given::Idle;
        }
        let mut wakes = Wakes::default();
        let given = state.give(connection, &mut wakes);
        if matches!(given, Given::HandedOver) {
            state.tally.handed_over += 1;
        }
        drop(state);
        // Outside the lock, which the one who wakes up takes first.
        wakes.wake();
        given
    }

    /// Notes that a connection in use no longer counts: it was closed, or is no longer the queue's.
    pub(crate) fn forget(&self) {
        let mut state = self.state.lock();
        let mut wakes = Wakes::default();
        state.in_use -= 1;
        state.call_openers(&mut wakes);
        state.note_drained(&mut wakes);
        drop(state);
        wakes.wake();
    }

    /// Takes a connection that the queue did not count until now, if there is room.
    pub(crate) fn offer(&self, connection: T) -> Given<T> {
        let mut state = self.state.lock();
        if state.total() >= state.limit {
            return Given::Refused(connection);
        }
        let mut wakes = Wakes::default();
        let given = state.give(connection, &mut wakes);
        drop(state);
        wakes.wake();
        given
    }

    /// Hands over a connection that was opened.
    pub(crate) fn opened(&self, opening: u64, connection: T) -> Given<T> {
        let mut state = self.state.lock();
        if !state.end_opening(opening) && state.total() >= state.limit {
            // It was given up for lost, and another has its room.
            return Given::Refused(connection);
        }
        let mut wakes = Wakes::default();
        let given = state.give(connection, &mut wakes);
        drop(state);
        wakes.wake();
        given
    }

    /// Ends an opening that brought nothing. An error goes to the one who has waited longest.
    pub(crate) fn not_opened(&self, opening: u64, error: Option<E>) {
        let mut state = self.state.lock();
        let mut wakes = Wakes::default();
        state.end_opening(opening);
        if let Some(error) = error
            && let Some((id, waiter)) = state.waiting.pop_first()
        {
            state.served.insert(id, Served::Failure(error));
            wakes.add(waiter.waker);
        }
        state.call_openers(&mut wakes);
        state.note_drained(&mut wakes);
        drop(state);
        wakes.wake();
    }

    /// Prolongs an opening that tries again. False when it was given up for lost.
    pub(crate) fn prolong(&self, opening: u64, until: Instant) -> bool {
        let mut state = self.state.lock();
        let found = state.openings.iter_mut().find(|one| one.id == opening);
        found.is_some_and(|one| {
            one.until = until;
            true
        })
    }

    /// Begins an opening for nobody in particular, while there are fewer connections than `least`.
    pub(crate) fn begin_reserve(&self, least: usize, until: Instant) -> Option<u64> {
        let mut state = self.state.lock();
        if state.is_closed || state.total() >= least.min(state.limit) {
            return None;
        }
        Some(state.begin_opening(until))
    }

    /// Takes out the idle connections that `unwanted` picks, oldest first; at most as many as leave `least`.
    pub(crate) fn remove_idle(&self, least: usize, mut unwanted: impl FnMut(&mut T) -> bool) -> Vec<T> {
        let mut state = self.state.lock();
        let spare = state.total().saturating_sub(least);
        let mut removed = Vec::new();
        let mut kept = Vec::with_capacity(state.idle.len());
        for mut connection in std::mem::take(&mut state.idle) {
            if removed.len() < spare && unwanted(&mut connection) {
                removed.push(connection);
            } else {
                kept.push(connection);
            }
        }
        state.idle = kept;
        removed
    }

    /// Refuses everybody from now on, wakes those who wait, and returns the idle connections.
    pub(crate) fn close(&self) -> Vec<T> {
        let mut guard = self.state.lock();
        let state = &mut *guard;
        let mut wakes = Wakes::default();
        state.is_closed = true;
        for (_, waiter) in std::mem::take(&mut state.waiting) {
            wakes.add(waiter.waker);
        }
        let idle = std::mem::take(&mut state.idle);
        state.note_drained(&mut wakes);
        drop(guard);
        wakes.wake();
        idle
    }

    /// Waits until the queue is closed and nothing is in use or being opened.
    pub(crate) async fn drained(&self) {
        poll_fn(|context| {
            let mut state = self.state.lock();
            if state.is_drained() {
                return Poll::Ready(());
            }
            if !state.drains.iter().any(|waker| waker.will_wake(context.waker())) {
                state.drains.push(context.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state.lock().is_closed
    }

    /// True while anybody waits.
    pub(crate) fn is_wanted(&self) -> bool {
        !self.state.lock().waiting.is_empty()
    }

    pub(crate) fn counts(&self) -> Counts {
        let state = self.state.lock();
        Counts {
            limit: state.limit,
            idle: state.idle.len(),
            in_use: state.in_use,
            opening: state.openings.len(),
            waiting: state.waiting.len(),
            tally: state.tally,
        }
    }
}

impl<T, E> State<T, E> {
    fn total(&self) -> usize {
        self.idle.len() + self.in_use + self.openings.len()
    }

    fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Passes a connection on that nobody counts at the moment.
    fn give(&mut self, connection: T, wakes: &mut Wakes) -> Given<T> {
        if self.is_closed {
            self.note_drained(wakes);
            return Given::Refused(connection);
        }
        let Some((id, waiter)) = self.waiting.pop_first() else {
            self.idle.push(connection);
            return Given::Idle;
        };
        self.in_use += 1;
        self.tally.acquired += 1;
        self.served.insert(id, Served::Connection(connection, waiter.since));
        wakes.add(waiter.waker);
        // The waiter may be the one that was woken to open a connection.
        self.call_openers(wakes);
        Given::HandedOver
    }

    /// How many more connections are to be opened for those who wait.
    fn openings_wanted(&self) -> usize {
        let wanted = self.waiting.len().saturating_sub(self.openings.len());
        if self.is_closed { 0 } else { wanted.min(self.limit.saturating_sub(self.total())) }
    }

    /// Wakes as many of the longest waiters as there are connections to be opened.
    fn call_openers(&self, wakes: &mut Wakes) {
        for waiter in self.waiting.values().take(self.openings_wanted()) {
            wakes.add(waiter.waker.clone());
        }
    }

    fn begin_opening(&mut self, until: Instant) -> u64 {
        let id = self.new_id();
        self.openings.push(Opening { id, until });
        id
    }

    fn end_opening(&mut self, id: u64) -> bool {
        let at = self.openings.iter().position(|opening| opening.id == id);
        at.is_some_and(|at| {
            self.openings.swap_remove(at);
            true
        })
    }

    fn is_drained(&self) -> bool {
        self.is_closed && self.in_use == 0 && self.openings.is_empty()
    }

    fn note_drained(&mut self, wakes: &mut Wakes) {
        if self.is_drained() {
            self.drains.drain(..).for_each(|waker| wakes.add(Some(waker)));
        }
    }
}

impl Tally {
    fn note_wait(&mut self, since: Instant) {
        let wait = since.elapsed();
        self.waited += 1;
        self.total_wait += wait;
        self.max_wait = self.max_wait.max(wait);
    }
}
