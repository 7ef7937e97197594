//! A savepoint: a part of a transaction that can be undone alone.

use crate::error::Result;
use crate::execute::executor::{Executor, ExecutorRef};
use crate::execute::session::{savepoint_name, with_rollback};
use crate::execute::stream::{StreamRef, StreamSource};
use crate::transaction::handle::Transaction;
use std::ops::Deref;

/// A part of a transaction that can be undone alone. It borrows the transaction, so savepoints end in the opposite order
/// of their beginning, and nothing else runs in between. Dropping it rolls back to it before the next statement.
#[derive(Debug)]
#[must_use = "a savepoint that is dropped is rolled back"]
pub struct Savepoint<'t> {
    tx: &'t mut Transaction,
    depth: usize,
    /// Hooks that were there before it.
    hooks: usize,
    ended: bool,
}

impl Transaction {
    /// Runs `f` in a savepoint: releases it when `f` returns `Ok`, rolls back to it when `f` returns `Err`. The
    /// transaction itself goes on either way.
    ///
    /// # Errors
    /// The error of `f`, with that of the rollback beside it should this fail too; those of the savepoint itself.
    pub async fn transaction<T, F>(&mut self, f: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Transaction) -> Result<T>,
    {
        let mut savepoint = self.savepoint().await?;
        match f(savepoint.transaction_mut()).await {
            Ok(value) => savepoint.release().await.map(|()| value),
            Err(error) => Err(with_rollback(error, savepoint.rollback().await)),
        }
    }

    /// Sets a savepoint, released or rolled back by hand. Dropping it rolls back to it before the next statement.
    ///
    /// # Errors
    /// When the transaction has failed or the connection is lost.
    pub async fn savepoint(&mut self) -> Result<Savepoint<'_>> {
        Savepoint::set(self).await
    }
}

impl<'t> Savepoint<'t> {
    pub(crate) async fn set(tx: &'t mut Transaction) -> Result<Savepoint<'t>> {
        let depth = *tx.depth_mut() + 1;
        let name = savepoint_name(depth);
        let session = tx.session_mut();
        let set = session.enter().await?.savepoint(&name).await;
        session.leave();
        set?;
        *tx.depth_mut() = depth;
        let hooks = tx.hook_count();
        Ok(Savepoint { tx, depth, hooks, ended: false })
    }

    /// Releases it: what was done since stays, as part of the transaction. When that fails, it is rolled back.
    ///
    /// # Errors
    /// When a statement failed and the database gave up the whole part, or the connection is lost.
    pub async fn release(mut self) -> Result<()> {
        let name = savepoint_name(self.depth);
        let session = self.tx.session_mut();
        let released = session.enter().await?.release(&name).await;
        session.leave();
        released?;
        self.end();
        Ok(())
    }

    /// Undoes what was done since, and releases it.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn rollback(mut self) -> Result<()> {
        let name = savepoint_name(self.depth);
        let hooks = self.hooks;
        let session = self.tx.session_mut();
        let undone = session.enter().await?.rollback_to(&name).await;
        session.leave();
        undone?;
        self.tx.forget_hooks(hooks);
        self.end();
        Ok(())
    }

    /// As [`Transaction::transaction`], inside this one.
    ///
    /// # Errors
    /// As [`Transaction::transaction`].
    pub async fn transaction<T, F>(&mut self, f: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Transaction) -> Result<T>,
    {
        self.tx.transaction(f).await
    }

    /// As [`Transaction::savepoint`], inside this one.
    ///
    /// # Errors
    /// As [`Transaction::savepoint`].
    pub async fn savepoint(&mut self) -> Result<Savepoint<'_>> {
        Savepoint::set(self.tx).await
    }

    pub(crate) fn transaction_mut(&mut self) -> &mut Transaction {
        self.tx
    }

    fn end(&mut self) {
        *self.tx.depth_mut() = self.depth - 1;
        self.ended = true;
    }
}

impl Drop for Savepoint<'_> {
    fn drop(&mut self) {
        if !self.ended {
            let depth = self.depth;
            self.tx.session_mut().leave_behind(depth);
            self.tx.forget_hooks(self.hooks);
            self.end();
        }
    }
}

impl Deref for Savepoint<'_> {
    type Target = Transaction;

    fn deref(&self) -> &Transaction {
        self.tx
    }
}

impl Executor for Savepoint<'_> {
    fn executor(&self) -> ExecutorRef<'_> {
        self.tx.executor()
    }
}

impl<'e> StreamSource<'e> for &'e mut Savepoint<'_> {
    fn stream_ref(self) -> StreamRef<'e> {
        self.transaction_mut().stream_ref()
    }
}
