//! Transactions and savepoints.
//!
//! A transaction that may write begins with `begin immediate`: it takes the write lock at once, so that it never fails
//! half way because another wrote meanwhile. A read-only one is deferred and forbids writes. SQLite is serializable,
//! which is at least as strong as any level one can ask for, so every level is honoured.

use crate::blocking::OnDrop;
use crate::busy::BusyWait;
use crate::connection::{Doing, SqliteConnection};
use crate::error::{invalid, is_busy};
use crate::raw::{RawConnection, Role};
use kysera_core::driver::TransactionOptions;
use kysera_core::{Error, ErrorKind, Result};
use kysera_sql::ident::quote;

/// The state of a connection's transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tx {
    None,
    Open {
        read_only: bool,
    },
    /// It can only be rolled back.
    Broken(Lost),
}

/// How a transaction broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// SQLite rolled it back: an interrupted write, a full disk, `on conflict rollback`.
    RolledBack,
    /// A statement's future was dropped half way.
    Dropped,
    /// The future of a commit was dropped; the commit was done or not.
    Commit { done: bool },
}

impl Tx {
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Tx::Open { .. })
    }

    /// Refuses when it is broken: the next statement would run on its own.
    pub(crate) fn check(self) -> Result<()> {
        match self {
            Tx::Broken(lost) => Err(aborted(lost)),
            _ => Ok(()),
        }
    }

    /// What it is after a future that did `left` was dropped.
    pub(crate) fn after_drop(self, left: Doing, autocommit: bool) -> Tx {
        match (self, left) {
            (Tx::Open { .. }, Doing::Commit) => Tx::Broken(Lost::Commit { done: autocommit }),
            (Tx::Open { .. }, _) if autocommit && left != Doing::Rollback => Tx::Broken(Lost::RolledBack),
            (Tx::Open { .. }, Doing::Statement) => Tx::Broken(Lost::Dropped),
            (Tx::Broken(_) | Tx::Open { .. }, Doing::Rollback) if autocommit => Tx::None,
            (tx, _) => tx,
        }
    }
}

#[cold]
fn aborted(lost: Lost) -> Error {
    let why = match lost {
        Lost::RolledBack => "sqlite rolled the transaction back after an error or interrupt in it",
        Lost::Dropped => "a statement of this transaction was dropped before it ended",
        Lost::Commit { .. } => "the commit of this transaction was dropped before it ended",
    };
    Error::new(ErrorKind::TransactionAborted, why).with_hint("roll it back and begin again")
}

impl SqliteConnection {
    pub(crate) async fn begin_transaction(&mut self, options: TransactionOptions) -> Result<()> {
        self.ready().await?;
        if self.tx.is_open() {
            return Err(invalid("a transaction is already open").with_hint("set a savepoint"));
        }
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
        self.tx = Tx::Open { read_only };
        Ok(())
    }

    pub(crate) async fn commit_transaction(&mut self) -> Result<()> {
        self.reclaim().await?;
        let read_only = match self.tx {
            Tx::None => return Err(invalid("no transaction is open")),
            Tx::Open { read_only } => read_only,
            Tx::Broken(Lost::Commit { done }) => return self.answer_lost(done).await,
            Tx::Broken(lost) => return Err(with_rollback(aborted(lost), self.undo().await)),
        };
        self.start(Doing::Commit);
        let mut busy = BusyWait::new(self.database.options.busy_timeout);
        let at_once = read_only || self.database.options.commits_at_once();
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
        self.done();
        match committed {
            Ok(()) => {
                self.tx = Tx::None;
                Ok(())
            }
            // A deferred foreign key, say: SQLite leaves the transaction open (lang_transaction.html, section 2.2).
            Err(error) => Err(with_rollback(error, self.undo().await)),
        }
    }

    async fn answer_lost(&mut self, done: bool) -> Result<()> {
        if done {
            self.tx = Tx::None;
            return Err(Error::new(
                ErrorKind::CommitUnknown,
                "the future of an earlier commit was dropped; the transaction is over",
            )
            .with_hint("look whether its changes are there"));
        }
        Err(with_rollback(aborted(Lost::Commit { done }), self.undo().await))
    }

    pub(crate) async fn rollback_transaction(&mut self) -> Result<()> {
        self.reclaim().await?;
        self.undo().await
    }

    /// Ends the transaction, whatever state it is in.
    async fn undo(&mut self) -> Result<()> {
        self.start(Doing::Rollback);
        let undone = if self.raw()?.has_much_to_undo() {
            self.on_blocking_pool(OnDrop::Finish, RawConnection::rollback).await?
        } else {
            self.raw()?.rollback()
        };
        self.done();
        if self.raw()?.is_autocommit() {
            self.tx = Tx::None;
        }
        undone
    }

    pub(crate) async fn set_savepoint(&mut self, name: &str) -> Result<()> {
        self.in_transaction().await?;
        self.raw()?.exec(&named("savepoint ", name))
    }

    pub(crate) async fn release_savepoint(&mut self, name: &str) -> Result<()> {
        self.in_transaction().await?;
        self.raw()?.exec(&named("release ", name))
    }

    /// Also mends a transaction in which a statement was dropped, when SQLite has kept it.
    pub(crate) async fn rollback_to_savepoint(&mut self, name: &str) -> Result<()> {
        self.reclaim().await?;
        match self.tx {
            Tx::Open { .. } | Tx::Broken(Lost::Dropped) => {}
            Tx::Broken(lost) => return Err(aborted(lost)),
            Tx::None => return Err(invalid("no transaction is open")),
        }
        let (back, release) = (named("rollback to ", name), named("release ", name));
        self.start(Doing::Statement);
        let undo = move |raw: &RawConnection| raw.exec(&back).and_then(|()| raw.exec(&release));
        let undone = if self.raw()?.has_much_to_undo() {
            self.on_blocking_pool(OnDrop::Finish, undo).await?
        } else {
            undo(self.raw()?)
        };
        self.done();
        undone?;
        if let Tx::Broken(_) = self.tx {
            self.tx = Tx::Open { read_only: false };
        }
        Ok(())
    }

    async fn in_transaction(&mut self) -> Result<()> {
        self.ready().await?;
        if self.tx.is_open() {
            Ok(())
        } else {
            Err(invalid("no transaction is open").with_hint("begin one first"))
        }
    }
}

fn with_rollback(error: Error, undone: Result<()>) -> Error {
    match undone {
        Ok(()) => error,
        Err(rollback) => error.with_rollback(rollback),
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
    fn what_a_dropped_future_leaves() {
        let open = Tx::Open { read_only: false };
        assert_eq!(open.after_drop(Doing::Statement, false), Tx::Broken(Lost::Dropped));
        assert_eq!(open.after_drop(Doing::Statement, true), Tx::Broken(Lost::RolledBack));
        assert_eq!(open.after_drop(Doing::Stream, false), open);
        assert_eq!(open.after_drop(Doing::Stream, true), Tx::Broken(Lost::RolledBack));
        assert_eq!(open.after_drop(Doing::Commit, true), Tx::Broken(Lost::Commit { done: true }));
        assert_eq!(open.after_drop(Doing::Rollback, true), Tx::None);
        assert_eq!(Tx::Broken(Lost::Dropped).after_drop(Doing::Rollback, true), Tx::None);
        assert_eq!(Tx::None.after_drop(Doing::Statement, true), Tx::None);
    }

    #[test]
    fn names_are_quoted() {
        assert_eq!(named("savepoint ", "a\"b"), "savepoint \"a\"\"b\"");
    }
}
