//! What a pool tells of itself: how many connections there are, and what has happened to them.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// A pool at one moment. The counters begin with the pool and never go down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStatus {
    /// The most connections there may be.
    pub limit: usize,
    /// Open connections: idle ones and those in use.
    pub open: usize,
    /// Connections that nobody uses.
    pub idle: usize,
    /// Connections that somebody holds, or that are being cleaned after use.
    pub in_use: usize,
    /// Connections that are being opened.
    pub opening: usize,
    /// Callers that wait for a connection.
    pub waiting: usize,
    /// Connections opened so far.
    pub opened: u64,
    /// Openings that failed, each attempt counted.
    pub open_failures: u64,
    /// Connections closed so far, by reason.
    pub closed: ClosedCounts,
    /// How often a caller got a connection.
    pub acquired: u64,
    /// How often it had to wait for it.
    pub waited: u64,
    /// How often it gave up, because of `acquire_timeout` or `max_waiting`.
    pub timeouts: u64,
    /// How often a connection went straight from one caller to another.
    pub handed_over: u64,
    /// All waits that ended with a connection, together.
    pub total_wait: Duration,
    /// The longest of them.
    pub max_wait: Duration,
}

impl PoolStatus {
    /// Two pools of one database, such as its readers and its writer, together.
    #[must_use]
    pub fn plus(self, other: PoolStatus) -> PoolStatus {
        PoolStatus {
            limit: self.limit + other.limit,
            open: self.open + other.open,
            idle: self.idle + other.idle,
            in_use: self.in_use + other.in_use,
            opening: self.opening + other.opening,
            waiting: self.waiting + other.waiting,
            opened: self.opened + other.opened,
            open_failures: self.open_failures + other.open_failures,
            closed: self.closed.plus(other.closed),
            acquired: self.acquired + other.acquired,
            waited: self.waited + other.waited,
            timeouts: self.timeouts + other.timeouts,
            handed_over: self.handed_over + other.handed_over,
            total_wait: self.total_wait + other.total_wait,
            max_wait: self.max_wait.max(other.max_wait),
        }
    }
}

/// How many connections were closed for each [`CloseReason`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClosedCounts {
    /// [`CloseReason::Idle`].
    pub idle: u64,
    /// [`CloseReason::Lifetime`].
    pub lifetime: u64,
    /// [`CloseReason::Lost`].
    pub lost: u64,
    /// [`CloseReason::Unresponsive`].
    pub unresponsive: u64,
    /// [`CloseReason::Distrusted`].
    pub distrusted: u64,
    /// [`CloseReason::Unclean`].
    pub unclean: u64,
    /// [`CloseReason::Hook`].
    pub hook: u64,
    /// [`CloseReason::Surplus`].
    pub surplus: u64,
    /// [`CloseReason::Shutdown`].
    pub shutdown: u64,
}

impl ClosedCounts {
    /// All of them together.
    pub fn total(&self) -> u64 {
        self.idle
            + self.lifetime
            + self.lost
            + self.unresponsive
            + self.distrusted
            + self.unclean
            + self.hook
            + self.surplus
            + self.shutdown
    }

    fn plus(self, other: ClosedCounts) -> ClosedCounts {
        ClosedCounts {
            idle: self.idle + other.idle,
            lifetime: self.lifetime + other.lifetime,
            lost: self.lost + other.lost,
            unresponsive: self.unresponsive + other.unresponsive,
            distrusted: self.distrusted + other.distrusted,
            unclean: self.unclean + other.unclean,
            hook: self.hook + other.hook,
            surplus: self.surplus + other.surplus,
            shutdown: self.shutdown + other.shutdown,
        }
    }
}

/// Why a pool closed a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CloseReason {
    /// Nobody used it for `idle_timeout`.
    Idle,
    /// It was older than `max_lifetime`.
    Lifetime,
    /// The database or the network had ended it.
    Lost,
    /// It gave no sign of life when it was asked.
    Unresponsive,
    /// It was idle as long as another one that gave no sign of life.
    Distrusted,
    /// It could not be cleaned after use.
    Unclean,
    /// A hook of the user refused it.
    Hook,
    /// There were enough others by the time it could be used.
    Surplus,
    /// The pool was closed.
    Shutdown,
}

/// The counters that are not kept under the queue's lock.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) opened: AtomicU64,
    pub(super) open_failures: AtomicU64,
    pub(super) timeouts: AtomicU64,
    closed: [AtomicU64; 9],
}

impl Counters {
    pub(super) fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Relaxed);
    }

    pub(super) fn add_closed(&self, reason: CloseReason) {
        Counters::add(&self.closed[reason as usize]);
    }

    pub(super) fn closed(&self) -> ClosedCounts {
        let of = |reason: CloseReason| self.closed[reason as usize].load(Relaxed);
        ClosedCounts {
            idle: of(CloseReason::Idle),
            lifetime: of(CloseReason::Lifetime),
            lost: of(CloseReason::Lost),
            unresponsive: of(CloseReason::Unresponsive),
            distrusted: of(CloseReason::Distrusted),
            unclean: of(CloseReason::Unclean),
            hook: of(CloseReason::Hook),
            surplus: of(CloseReason::Surplus),
            shutdown: of(CloseReason::Shutdown),
        }
    }
}
