//! Layers: what stands between Kysera and a driver to observe, refuse or delay what passes. Logs, metrics, circuit
//! breakers and retries are layers.
//!
//! A layer implements [`DriverLayer`], only as much of it as it needs. Everything that the executor asks of a driver, a
//! connection or a stream is one [`Operation`], which starts and ends: there is no other way past a layer, so that what
//! a later version adds to the contract of drivers comes through every layer too. A layer sees SQL and values, never a
//! query's tree; to change a query, write a plugin.

mod layered;
mod operation;
mod watch;

pub use layered::Layered;
pub use operation::{Operation, OperationKind, Outcome};

use crate::driver::{BoxFuture, Connection, Driver};
use crate::error::Result;
use kysera_sql::compiled::Access;
use std::fmt::Debug;

/// What a layer does with the operations that pass through it.
///
/// Put it around a driver with `Db::builder(driver).layer(..)`, or with [`Layered::new`] where there is no builder. The
/// layer that was added last is the outermost: an operation starts there first and ends there last.
///
/// ```
/// use kysera_core::driver::layer::{DriverLayer, Operation, Outcome};
/// use kysera_core::{Error, ErrorKind, Result};
/// use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
/// use std::time::{Duration, Instant};
///
/// /// Counts what fails and what takes long, and refuses everything while it is shut.
/// #[derive(Debug, Default)]
/// struct Watchman {
///     shut: AtomicBool,
///     failed: AtomicU64,
///     slow: AtomicU64,
/// }
///
/// impl DriverLayer for Watchman {
///     /// When the operation started.
///     type Call = Instant;
///
///     fn start(&self, _: &Operation<'_>) -> Result<Option<Instant>> {
///         if self.shut.load(Ordering::Relaxed) {
///             return Err(Error::new(ErrorKind::Refused, "closed for maintenance"));
///         }
///         Ok(Some(Instant::now()))
///     }
///
///     fn finish(&self, started: Instant, _: &Operation<'_>, outcome: &Outcome<'_>) {
///         if outcome.error().is_some() {
///             self.failed.fetch_add(1, Ordering::Relaxed);
///         }
///         if started.elapsed() > Duration::from_secs(1) {
///             self.slow.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
/// ```
///
/// # What it costs
/// Nothing where there is none. Under a layer each asynchronous operation has one box more, and a statement of the
/// driver's own [`run`](Driver::run) becomes an acquire and a run. Statements that run at once still do, without an
/// allocation.
pub trait DriverLayer: Debug + Send + Sync + 'static {
    /// What the layer keeps of an operation from its start to its end, such as when it started. `()` for nothing.
    type Call: Send;

    /// An operation is about to happen. What is returned comes back in [`finish`](DriverLayer::finish), exactly once,
    /// however the operation ends; with `None` the layer does not hear of its end.
    ///
    /// Called on the task of the caller, for statements that run at once too: it must not block.
    ///
    /// # Errors
    /// An error refuses the operation: the driver is not asked, and the caller gets the error. Of a pipeline nothing is
    /// sent then. What gives something back (rollback, return, close) happens all the same.
    fn start(&self, operation: &Operation<'_>) -> Result<Option<Self::Call>> {
        let _ = operation;
        Ok(None)
    }

    /// An operation ended. Called from a destructor too ([`Outcome::Dropped`]): it must neither block nor panic.
    fn finish(&self, call: Self::Call, operation: &Operation<'_>, outcome: &Outcome<'_>) {
        let _ = (call, operation, outcome);
    }

    /// Takes a connection from the driver inside. Here a layer may wait, try again, or hand out a connection of its own
    /// making.
    ///
    /// # Errors
    /// Those of [`Driver::acquire`].
    fn acquire<'a>(
        &'a self,
        driver: &'a dyn Driver,
        access: Access,
    ) -> BoxFuture<'a, Result<Box<dyn Connection>>> {
        driver.acquire(access)
    }

    /// False when every statement has to go through [`acquire`](DriverLayer::acquire): none then runs at once on a
    /// connection that the driver chooses.
    fn runs_at_once(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    /// The names of the methods in the block that begins with `head`.
    fn methods<'t>(text: &'t str, head: &str) -> Vec<&'t str> {
        let (_, block) = text.split_once(head).unwrap_or_else(|| panic!("there is no `{head}`"));
        let block = block.split("\n}").next().unwrap_or(block);
        let named = |line: &'t str| line.strip_prefix("    fn ")?.split(['(', '<']).next();
        block.lines().filter_map(named).collect()
    }

    #[test]
    fn no_method_of_the_contract_passes_by_a_layer() {
        let (contract, layered) = (include_str!("../mod.rs"), include_str!("layered.rs"));
        for (text, of, forwarder) in [
            (contract, "pub trait Driver:", "> Driver for Box<D> {"),
            (layered, "pub trait Driver:", "> Driver for Layered<D, L> {"),
            (layered, "pub trait Connection:", "> Connection for LayeredConnection<L> {"),
            (layered, "pub trait RowStream:", "> RowStream for LayeredStream<'_, L> {"),
        ] {
            let (promised, forwarded) = (methods(contract, of), methods(text, forwarder));
            assert!(!promised.is_empty());
            assert_eq!(promised, forwarded, "{forwarder}");
        }
    }
}
