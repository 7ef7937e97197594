//! A driver layer as somebody outside of the workspace would write it: it counts what passes, and can be shut.

use kysera_core::driver::layer::{DriverLayer, Operation, Outcome};
use kysera_core::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Counts operations by how they ended. While it is shut, none begins. Clones share the counts.
#[derive(Clone, Debug, Default)]
pub struct Turnstile(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    is_shut: AtomicBool,
    inside: AtomicU64,
    done: AtomicU64,
    failed: AtomicU64,
    dropped: AtomicU64,
}

impl Turnstile {
    /// Refuses operations from now on, or lets them pass again.
    pub fn shut(&self, shut: bool) {
        self.0.is_shut.store(shut, Ordering::Relaxed);
    }

    /// How many operations have begun and not ended.
    pub fn inside(&self) -> u64 {
        self.0.inside.load(Ordering::Relaxed)
    }

    /// How many were done.
    pub fn done(&self) -> u64 {
        self.0.done.load(Ordering::Relaxed)
    }

    /// How many failed.
    pub fn failed(&self) -> u64 {
        self.0.failed.load(Ordering::Relaxed)
    }

    /// How many were given up before they ended.
    pub fn dropped(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }
}

impl DriverLayer for Turnstile {
    type Call = ();

    fn start(&self, _: &Operation<'_>) -> Result<Option<()>> {
        if self.0.is_shut.load(Ordering::Relaxed) {
            return Err(Error::new(ErrorKind::Refused, "the turnstile is shut"));
        }
        self.0.inside.fetch_add(1, Ordering::Relaxed);
        Ok(Some(()))
    }

    fn finish(&self, (): (), _: &Operation<'_>, outcome: &Outcome<'_>) {
        self.0.inside.fetch_sub(1, Ordering::Relaxed);
        let count = match outcome {
            Outcome::Done(_) | Outcome::Stopped(_) => &self.0.done,
            Outcome::Failed(_) => &self.0.failed,
            Outcome::Dropped => &self.0.dropped,
            // Not run yet, or an end that a later version knows.
            _ => return,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }
}
