//! Finds the wait that only its own caller could end: the database used inside one's own transaction when the
//! transaction holds what the database needs.
//!
//! The future of a transaction's closure runs in a task-local scope that names what it holds. A request for a
//! connection inside that scope is awaited by the closure, so waiting for the closure's own connection cannot end.
//! A transaction from `begin()` has no such scope; there the driver's acquire timeout ends the wait.

use crate::error::{Error, ErrorKind};
use kysera_sql::compiled::Access;
use std::future::Future;
use std::sync::Arc;
use tokio::task::futures::TaskLocalFuture;

tokio::task_local! {
    static HELD: Arc<Held>;
}

/// A connection held by the closure that is being polled.
#[derive(Debug)]
pub(crate) struct Held {
    /// Which database: the address of its shared part, alive as long as the closure's transaction.
    database: usize,
    access: Access,
    outer: Option<Arc<Held>>,
}

/// Runs `future` as one that holds a connection of `database`. Not `async`, which would keep the future twice: once as
/// the argument and once where it is awaited.
pub(crate) fn holding<F: Future>(
    database: usize,
    access: Access,
    future: F,
) -> TaskLocalFuture<Arc<Held>, F> {
    let held = Held { database, access, outer: HELD.try_with(Arc::clone).ok() };
    HELD.scope(Arc::new(held), future)
}

/// What the closure around the caller holds of `database` and that excludes others, if anything.
pub(crate) fn held_by_caller(database: usize, excludes: impl Fn(Access) -> bool) -> bool {
    HELD.try_with(|innermost| {
        std::iter::successors(Some(&**innermost), |held| held.outer.as_deref())
            .any(|held| held.database == database && excludes(held.access))
    })
    .unwrap_or(false)
}

/// The error instead of the wait.
#[cold]
pub(crate) fn would_wait_for_itself() -> Error {
    Error::new(
        ErrorKind::SelfDeadlock,
        "the database was used inside its own transaction, which holds the only connection that could serve it",
    )
    .with_hint("use the transaction: pass `tx` instead of the database")
}
