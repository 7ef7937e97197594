//! Transactions and savepoints.
//!
//! A transaction that may write begins with `begin immediate`: it takes the write lock at once, so that it never fails
//! half way because another wrote meanwhile. A read-only one is deferred and forbids writes. SQLite is serializable,
//! which is at least as strong as any level one can ask for, so every level is honoured.

use crate::blocking::OnDrop;
use crate::busy::BusyWait;
use crate::connection::SqliteConnection;
use crate::error::is_busy;
use crate::raw::{RawConnection, Role};
use kysera_core::driver::TransactionOptions;
use kysera_core::driver::transaction_state::{EndedBy, Operation, with_rollback};
use kysera_core::{Error, ErrorKind, Result};
use kysera_sql::ident::quote;

impl SqliteConnection {
    pub(crate) async fn begin_transaction(&mut self, options: TransactionOptions) -> Result<()> {
        self.ready().await?;
        self.state.check_begin()?;
        let read_only = options.read_only;
        let writes = self.role() == Some(Role::Writer) && !self.database.options.read_only;
        if !read_only && !writes {
            return Err(Error::new(ErrorKind::ReadOnly, "this connection cannot write")
                .with_hint("begin a read-only transaction, or acquire a connection for writing"));
        }
        let mut busy = BusyWait::new(self.database.options.busy_timeout);
        loop {
            let begun = self.raw()?.begin(read_only);
            match begun {
                Err(error) if is_busy(&error) && busy.wait().await => {}
                Err(error) => return Err(error),
                Ok(()) => break,
            }
        }
        self.state.begun(options);
        Ok(())
    }

    pub(crate) async fn commit_transaction(&mut self) -> Result<()> {
        self.reclaim().await?;
        if let Err(error) = self.state.check_commit() {
            return Err(with_rollback(error, self.undo().await));
        }
        self.state.start(Operation::Commit);
        let mut busy = BusyWait::new(self.database.options.busy_timeout);
        let at_once = self.state.is_read_only() || self.database.options.commits_at_once();
        let committed = loop {
            let committed = if at_once {
                self.raw()?.commit()
            } else {
                self.on_blocking_pool(OnDrop::Finish, RawConnection::commit).await?
            };
            match committed {
                Err(error) if is_busy(&error) && busy.wait().await => {}
                other => break other,
            }
        };
        self.state.finish();
        match committed {
            Ok(()) => {
                self.state.over();
                Ok(())
            }
            // A deferred foreign key, say: SQLite leaves the transaction open (lang_transaction.html, section 2.2).
            Err(error) => Err(with_rollback(error, self.undo().await)),
        }
    }

    pub(crate) async fn rollback_transaction(&mut self) -> Result<()> {
        self.reclaim().await?;
        let own_end = self.state.check_own_end();
        self.undo().await?;
        own_end
    }

    /// Ends the transaction, whatever state it is in.
    async fn undo(&mut self) -> Result<()> {
        self.state.start(Operation::Rollback);
        let undone = if self.raw()?.has_much_to_undo() {
            self.on_blocking_pool(OnDrop::Finish, RawConnection::rollback).await?
        } else {
            self.raw()?.rollback()
        };
        let is_open = !self.raw()?.is_autocommit();
        self.state.settle(is_open);
        undone
    }

    pub(crate) async fn set_savepoint(&mut self, name: &str) -> Result<()> {
        self.in_transaction().await?;
        self.raw()?.exec(&named("savepoint ", name))?;
        self.state.savepoint_set(name.to_owned());
        Ok(())
    }

    pub(crate) async fn release_savepoint(&mut self, name: &str) -> Result<()> {
        self.in_transaction().await?;
        let savepoint = self.state.find_savepoint(name)?;
        self.raw()?.exec(&named("release ", name))?;
        self.state.savepoint_released(savepoint);
        Ok(())
    }

    /// Also mends a transaction in which a statement was dropped, when SQLite has kept it.
    pub(crate) async fn rollback_to_savepoint(&mut self, name: &str) -> Result<()> {
        self.reclaim().await?;
        self.notice_rollback(EndedBy::Database);
        let savepoint = self.state.find_savepoint(name)?;
        self.state.check_rollback_to(savepoint)?;
        let back = named("rollback to ", name);
        self.state.start(Operation::RollbackTo(savepoint));
        let undone = if self.raw()?.has_much_to_undo() {
            self.on_blocking_pool(OnDrop::Finish, move |raw| raw.exec(&back)).await?
        } else {
            self.raw()?.exec(&back)
        };
        // Behind the last wait: after a future that was dropped before, the savepoint is still there to be rolled back to.
        let raw = self.raw()?;
        let released = undone.and_then(|()| raw.exec(&named("release ", name)));
        let is_open = !raw.is_autocommit();
        match &released {
            Ok(()) => self.state.rolled_back_to(savepoint),
            Err(_) if is_open => self.state.rollback_to_failed(savepoint),
            Err(_) => self.state.ended(EndedBy::Database),
        }
        released
    }

    async fn in_transaction(&mut self) -> Result<()> {
        self.ready().await?;
        self.state.check_open()
    }
}

fn named(verb: &str, name: &str) -> String {
    let mut sql = String::from(verb);
    quote(&mut sql, name, '"');
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted() {
        assert_eq!(named("savepoint ", "a\"b"), "savepoint \"a\"\"b\"");
    }
}
