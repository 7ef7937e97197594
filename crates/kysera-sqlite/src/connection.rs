//! A connection between two operations: where its raw connection is, and what a dropped future left behind.
//!
//! What it does is in `statement`, `stream` and `transaction`; `driver` has the contract of the core.

use crate::blocking::{self, OnDrop, PendingReturn};
use crate::database::Database;
use crate::error::closed;
use crate::manager::Pooled;
use crate::options::Location;
use crate::raw::{RawConnection, Role};
use crate::schedule::{Thread, schedule};
use kysera_core::Result;
use kysera_core::driver::transaction_state::{EndedBy, TransactionState};
use kysera_sql::compiled::Compiled;
use std::fmt;
use std::sync::Arc;

pub(crate) struct SqliteConnection {
    pub(crate) database: Arc<Database>,
    /// None while a blocking task or a thread has it.
    pub(crate) pooled: Option<Pooled>,
    /// Where it comes back from there.
    returning: Option<PendingReturn>,
    /// Its transaction, and what is being done: that is still there at the next call when its future was dropped.
    pub(crate) state: TransactionState,
    /// True when the only connection was given back for the rest of a stream.
    released: bool,
}

impl SqliteConnection {
    pub(crate) fn new(database: Arc<Database>, pooled: Pooled) -> Self {
        SqliteConnection {
            database,
            pooled: Some(pooled),
            returning: None,
            state: TransactionState::default(),
            released: false,
        }
    }

    /// The raw connection; an error while something else has it.
    pub(crate) fn raw(&self) -> Result<&RawConnection> {
        self.pooled.as_deref().ok_or_else(closed)
    }

    /// Waits for a connection that a dropped future left returning, and sees what became of the transaction.
    pub(crate) async fn reclaim(&mut self) -> Result<()> {
        if let Some(returning) = &mut self.returning {
            let returned = returning.await;
            self.returning = None;
            self.pooled = returned.ok();
        }
        if self.released {
            self.pooled = Some(self.database.acquire(Role::Writer).await?);
            self.released = false;
        }
        let is_open = !self.raw()?.is_autocommit();
        self.state.settle(is_open);
        Ok(())
    }

    /// Reclaims the connection, and refuses when the transaction is broken.
    pub(crate) async fn ready(&mut self) -> Result<()> {
        self.reclaim().await?;
        self.notice_rollback(EndedBy::Database);
        self.state.check()
    }

    /// Does `work` on the blocking pool, or here when there is no runtime.
    pub(crate) async fn on_blocking_pool<R: Send + 'static>(
        &mut self,
        on_drop: OnDrop,
        work: impl FnOnce(&RawConnection) -> R + Send + 'static,
    ) -> Result<R> {
        let pooled = self.pooled.take().ok_or_else(closed)?;
        let (task, returning) = blocking::start(pooled, on_drop, work);
        self.returning = Some(returning);
        let done = task.finish().await;
        // The task sends the connection before its result.
        self.pooled = self.returning.take().and_then(|mut returning| returning.try_recv().ok());
        done
    }

    /// True when streams are prefetched: the database is in memory and has one connection, and this is no transaction.
    pub(crate) fn prefetches(&self) -> bool {
        self.database.options.location == Location::Memory && !self.state.is_open()
    }

    /// Gives the only connection back for as long as nothing is run here.
    pub(crate) fn release_single(&mut self) {
        if self.prefetches() && self.pooled.take().is_some() {
            self.released = true;
        }
    }

    /// The connection, for a task that gives it back when it needs it no longer. The next call here acquires it again.
    pub(crate) fn hand_off(&mut self) -> Result<Pooled> {
        let pooled = self.take_pooled()?;
        pooled.manager().forget_holder(&pooled);
        self.released = true;
        self.state.finish();
        Ok(pooled)
    }

    pub(crate) fn role(&self) -> Option<Role> {
        self.pooled.as_ref().map(|pooled| pooled.role())
    }

    pub(crate) fn take_pooled(&mut self) -> Result<Pooled> {
        self.pooled.take().ok_or_else(closed)
    }

    pub(crate) fn set_returning(&mut self, returning: PendingReturn) {
        self.returning = Some(returning);
    }

    pub(crate) fn schedule(&self, statement: &Compiled) -> Thread {
        schedule(statement, &self.database.options, &self.database.history, self.state.is_open())
    }

    /// SQLite may have rolled the transaction back by itself (lang_transaction.html, section 3). Checked after each
    /// statement, and before the next one, which would otherwise run on its own.
    pub(crate) fn notice_rollback(&mut self, by: EndedBy) {
        if self.state.is_open() && self.pooled.as_deref().is_some_and(RawConnection::is_autocommit) {
            self.state.ended(by);
        }
    }
}

impl fmt::Debug for SqliteConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteConnection")
            .field("role", &self.role())
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
