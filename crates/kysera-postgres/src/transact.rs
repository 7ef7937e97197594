//! Transactions as the executor asks for them: begun with their first statement, committed by what the server says it
//! did, refused after a statement that was dropped half way.

use crate::cancel::quiesce;
use crate::connect;
use crate::connection::PgConnection;
use crate::error;
use crate::protocol::Status;
use crate::server::Server;
use crate::transaction::{Found, Transaction};
use kysera_core::driver::TransactionOptions;
use kysera_core::error::{Error, ErrorKind, Result};
use std::time::Duration;
use tokio_postgres::types::Type;

impl PgConnection {
    /// Begins a transaction; the server is told with the first statement.
    pub(crate) async fn begin_lazily(&mut self, options: TransactionOptions) -> Result<()> {
        // What a future dropped before left running is none of this transaction's.
        self.come_to_rest().await?;
        self.check()?;
        if self.transaction.is_some() {
            return Err(Error::new(ErrorKind::InvalidQuery, "a transaction is open on this connection")
                .with_hint("nest with a savepoint"));
        }
        self.transaction = Some(Transaction::new(options)?);
        Ok(())
    }

    pub(crate) async fn commit_transaction(&mut self) -> Result<()> {
        let Some(transaction) = &self.transaction else { return Err(no_transaction()) };
        if !transaction.is_begun() {
            self.transaction = None;
            return Ok(());
        }
        self.check()?;
        let number = self.transaction.as_ref().and_then(Transaction::number).map(str::to_owned);
        let raw = self.raw();
        let before = raw.monitor.rollbacks();
        let outcome = raw.command("commit").await;
        let was_rolled_back = raw.monitor.rollbacks() != before;
        let is_lost = raw.is_broken;
        self.transaction = None;
        match outcome {
            // The command succeeds also where it rolls back; only its tag tells (manual, COMMIT: Outputs).
            Ok(()) if was_rolled_back => {
                Err(Error::new(ErrorKind::RolledBack, "the transaction was rolled back instead of committed")
                    .with_hint("one of its statements failed; look at the first error"))
            }
            Ok(()) => Ok(()),
            // Boxed, so that the future of every commit does not carry the room of a login.
            Err(error) if is_lost => Box::pin(self.resolve(number, error::from_postgres(error))).await,
            // A deferred constraint, a serialization failure: the server has rolled back.
            Err(error) => Err(error::from_postgres(error)),
        }
    }

    pub(crate) async fn rollback_transaction(&mut self) -> Result<()> {
        if self.transaction.as_ref().is_none_or(|transaction| !transaction.is_begun()) {
            self.transaction = None;
            if self.raw().is_finished() {
                return Ok(());
            }
        }
        self.come_to_rest().await?;
        let raw = self.raw();
        if raw.monitor.status() != Status::Idle {
            raw.command("rollback").await.map_err(error::from_postgres)?;
        }
        self.transaction = None;
        Ok(())
    }

    /// Sets a savepoint; the server is told with the next statement.
    pub(crate) fn set_savepoint(&mut self, name: &str) -> Result<()> {
        self.check()?;
        let transaction = self.transaction.as_mut().ok_or_else(no_transaction)?;
        transaction.set_savepoint(name);
        Ok(())
    }

    pub(crate) async fn release_savepoint(&mut self, name: &str) -> Result<()> {
        self.check()?;
        let Found { at, name, is_sent } = self.find_savepoint(name)?;
        if is_sent {
            self.raw().command(&format!("release savepoint {name}")).await.map_err(error::from_postgres)?;
        }
        if let Some(transaction) = &mut self.transaction {
            transaction.forget_savepoints(at);
        }
        Ok(())
    }

    pub(crate) async fn rollback_to_savepoint(&mut self, name: &str) -> Result<()> {
        self.note_interruption();
        let Found { at, name, is_sent } = self.find_savepoint(name)?;
        if is_sent {
            self.come_to_rest().await?;
            let sql = format!("rollback to savepoint {name}; release savepoint {name}");
            self.raw().command(&sql).await.map_err(error::from_postgres)?;
        }
        if let Some(transaction) = &mut self.transaction {
            transaction.forget_savepoints(at);
            transaction.rolled_back_to(at);
        }
        Ok(())
    }

    fn find_savepoint(&self, name: &str) -> Result<Found> {
        self.transaction.as_ref().ok_or_else(no_transaction)?.find_savepoint(name)
    }

    /// Waits for, or cancels, what a dropped future left running.
    async fn come_to_rest(&mut self) -> Result<()> {
        if self.raw().is_closed() {
            return Err(error::closed());
        }
        if self.raw().is_finished() {
            return Ok(());
        }
        let server = self.server().clone();
        // The caller holds the connection and waits for it: its room is not given to anybody.
        quiesce(self.raw(), &server, || ()).await
    }

    /// Finds out what became of a commit whose answer was lost, if it can be found out.
    async fn resolve(&mut self, number: Option<String>, lost: Error) -> Result<()> {
        let unknown = |source: Error| {
            Error::new(
                ErrorKind::CommitUnknown,
                "the connection was lost during the commit: it may have happened or not",
            )
            .with_hint("look whether the change is there before running the transaction again")
            .with_source(source)
        };
        let Some(number) = number else { return Err(unknown(lost)) };
        match fate(self.server(), &number).await {
            Some(true) => Ok(()),
            Some(false) => Err(Error::new(
                ErrorKind::RolledBack,
                "the connection was lost during the commit, which did not happen",
            )
            .with_source(lost)),
            None => Err(unknown(lost)),
        }
    }
}

/// Whether a transaction was committed, asked on another connection: a fresh one, since those of the pool may all be in
/// use by those who wait for this answer.
async fn fate(server: &Server, number: &str) -> Option<bool> {
    const SQL: &str = "select pg_catalog.pg_xact_status($1::text::xid8)";
    // The server may not have noticed yet that its client is gone, or may be restarting.
    for wait in [0, 10, 50, 200, 500, 1000, 2000] {
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let Ok(raw) = connect::open(server, None).await else { continue };
        let rows = raw.client.query_typed(SQL, &[(&number, Type::TEXT)]).await;
        let status: Option<String> = rows.ok().and_then(|rows| rows.first()?.try_get(0).ok().flatten());
        match status.as_deref() {
            Some("committed") => return Some(true),
            Some("aborted") => return Some(false),
            _ => {}
        }
    }
    None
}

fn no_transaction() -> Error {
    Error::new(ErrorKind::InvalidQuery, "no transaction is open on this connection")
}
