//! One operation under a layer's eyes, from its start to its end: the one way by which everything passes to a driver.
//!
//! Sees to it that every call that a layer started is finished once, whatever becomes of the future around it.

use super::DriverLayer;
use super::operation::{Operation, OperationKind, Outcome};
use crate::driver::raised::meant;
use crate::driver::{Attempt, ExecResult};
use crate::error::{Error, Result};
use kysera_sql::compiled::Compiled;
use kysera_sql::dialect::Raise;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// A layer, and what it is told of the database.
#[derive(Debug)]
pub(super) struct Watcher<L> {
    pub(super) layer: Arc<L>,
    pub(super) system: &'static str,
    /// How statements fail on purpose there.
    pub(super) raise: Raise,
}

/// An operation that has started.
pub(super) struct Watch<'w, L: DriverLayer> {
    layer: &'w L,
    /// `None` when it was finished.
    call: Option<L::Call>,
    kind: OperationKind<'w>,
    statement: Option<Cow<'w, Compiled>>,
    pool_wait: Option<Duration>,
    system: &'static str,
    raise: Raise,
}

impl<L> Clone for Watcher<L> {
    fn clone(&self) -> Watcher<L> {
        Watcher { layer: Arc::clone(&self.layer), system: self.system, raise: self.raise }
    }
}

impl<L: DriverLayer> Watcher<L> {
    /// Starts an operation that is no statement. `None` when the layer does not want to hear of its end.
    pub(super) fn start<'w>(
        &'w self,
        kind: OperationKind<'w>,
        pool_wait: Option<Duration>,
    ) -> Result<Option<Watch<'w, L>>> {
        let operation = Operation { kind, statement: None, pool_wait, system: self.system };
        Ok(self.call(&operation)?.map(|call| self.watch(call, &operation, None)))
    }

    /// Starts a statement whose end comes when it has been given away: keeps what the layer may want to know of it.
    pub(super) fn start_statement<'w>(
        &'w self,
        kind: OperationKind<'w>,
        statement: &mut Compiled,
        pool_wait: Option<Duration>,
    ) -> Result<Option<Watch<'w, L>>> {
        let operation = Operation { kind, statement: Some(statement), pool_wait, system: self.system };
        let Some(call) = self.call(&operation)? else { return Ok(None) };
        let operation = Operation { kind, statement: None, pool_wait, system: self.system };
        let kept = Cow::Owned(statement.without_params());
        Ok(Some(self.watch(call, &operation, Some(kept))))
    }

    /// Runs a statement at once, if the driver can. Allocates nothing.
    pub(super) fn attempt(
        &self,
        statement: &Compiled,
        pool_wait: Option<Duration>,
        go: impl FnOnce() -> Attempt,
    ) -> Attempt {
        let kind = OperationKind::Run;
        let operation = Operation { kind, statement: Some(statement), pool_wait, system: self.system };
        let watch = match self.call(&operation) {
            Ok(Some(call)) => self.watch(call, &operation, Some(Cow::Borrowed(statement))),
            Ok(None) => return go(),
            Err(refusal) => return Attempt::Done(Err(refusal)),
        };
        let attempt = go();
        match &attempt {
            Attempt::Done(Ok(result)) => watch.finish(Outcome::Done(*result)),
            Attempt::Done(Err(error)) => watch.fail(error),
            Attempt::WouldBlock => watch.finish(Outcome::WouldBlock),
        }
        attempt
    }

    fn call(&self, operation: &Operation<'_>) -> Result<Option<L::Call>> {
        match self.layer.start(operation) {
            Err(_) if !operation.kind.may_be_refused() => Ok(None),
            started => started,
        }
    }

    fn watch<'w>(
        &'w self,
        call: L::Call,
        operation: &Operation<'w>,
        statement: Option<Cow<'w, Compiled>>,
    ) -> Watch<'w, L> {
        let Operation { kind, pool_wait, system, .. } = *operation;
        Watch { layer: &self.layer, call: Some(call), kind, statement, pool_wait, system, raise: self.raise }
    }
}

impl<L: DriverLayer> Watch<'_, L> {
    /// The operation ended.
    pub(super) fn finish(mut self, outcome: Outcome<'_>) {
        self.tell(outcome);
    }

    /// The operation failed. The layer is told what the caller will be told of a plugin's check.
    pub(super) fn fail(self, error: &Error) {
        match meant(self.raise, error) {
            Some(meant) => self.finish(Outcome::Failed(&meant)),
            None => self.finish(Outcome::Failed(error)),
        }
    }

    fn tell(&mut self, outcome: Outcome<'_>) {
        let Some(call) = self.call.take() else { return };
        let (kind, statement) = (self.kind, self.statement.as_deref());
        let operation = Operation { kind, statement, pool_wait: self.pool_wait, system: self.system };
        self.layer.finish(call, &operation, &outcome);
    }
}

impl<L: DriverLayer> Drop for Watch<'_, L> {
    fn drop(&mut self) {
        self.tell(Outcome::Dropped);
    }
}

/// Finishes an operation that is no statement with its result.
pub(super) fn finish<T, L: DriverLayer>(watch: Option<Watch<'_, L>>, result: &Result<T>) {
    finish_with(watch, result, |_| ExecResult::default());
}

/// Finishes an operation with its result, and what it did.
pub(super) fn finish_with<T, L: DriverLayer>(
    watch: Option<Watch<'_, L>>,
    result: &Result<T>,
    what: impl FnOnce(&T) -> ExecResult,
) {
    let Some(watch) = watch else { return };
    match result {
        Ok(done) => watch.finish(Outcome::Done(what(done))),
        Err(error) => watch.fail(error),
    }
}
