//! A savepoint: a part of a transaction that can be undone alone.

use crate::driver::transaction_state::with_rollback;
use crate::error::Result;
use crate::execute::executor::{Executor, ExecutorRef};
use crate::execute::stream::{StreamRef, StreamSource};
use crate::transaction::handle::Transaction;
use std::ops::Deref;

/// A part of a transaction that can be undone alone. It borrows the transaction, so savepoints end in the opposite order
/// of their beginning, and nothing else runs in between. Dropping it rolls back to it before the next statement, with
/// what was dropped half way inside it.
#[derive(Debug)]
#[must_use = "a savepoint that is dropped is rolled back"]
pub struct Savepoint<'t> {
    tx: &'t mut Transaction,
    /// Which it is, counted from 0.
    index: usize,
    /// Hooks that were there before it.
    hooks: usize,
    ended: bool,
}

impl Transaction {
    /// Runs `f` in a savepoint: releases it when `f` returns `Ok`, rolls back to it when `f` returns `Err` or when the
    /// future is dropped, then before the next statement. The transaction itself goes on either way.
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
        let index = tx.session_mut().set_savepoint().await?;
        let hooks = tx.hook_count();
        Ok(Savepoint { tx, index, hooks, ended: false })
    }

    /// Releases it: what was done since stays, as part of the transaction. When that fails, it is rolled back. When its
    /// future is dropped half way, nobody knows whether it was released: if it was, the transaction only rolls back.
    ///
    /// # Errors
    /// When a statement failed and the database gave up the whole part, or the connection is lost; `TransactionAborted`
    /// when a statement inside was dropped half way.
    pub async fn release(mut self) -> Result<()> {
        self.tx.session_mut().release(self.index).await?;
        self.ended = true;
        Ok(())
    }

    /// Undoes what was done since, and releases it. Undoes also a statement that was dropped half way.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn rollback(mut self) -> Result<()> {
        self.tx.session_mut().rollback_to(self.index).await?;
        self.tx.forget_hooks(self.hooks);
        self.ended = true;
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
}

impl Drop for Savepoint<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.tx.session_mut().leave_savepoint(self.index);
            self.tx.forget_hooks(self.hooks);
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
