//! Transactions: begun with their first statement, committed by what the server says it did, refused after a statement
//! that was dropped half way.

use crate::cancel::quiesce;
use crate::connect;
use crate::connection::PgConnection;
use crate::error;
use crate::raw_connection::{Sent, poll_once};
use crate::pool::Shared;
use crate::read::Failure;
use crate::protocol::Status;
use kysera_core::driver::{Isolation, TransactionOptions};
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_sql::compiled::StatementKind;
use kysera_sql::ident;
use std::fmt::Write;
use std::time::Duration;
use tokio_postgres::types::Type;

/// An open transaction, as this side knows it.
#[derive(Debug, Default)]
pub(crate) struct Transaction {
    /// Commands that go out with the next statement: the beginning, savepoints.
    unsent: String,
    /// False until the server was told.
    is_begun: bool,
    savepoints: Vec<Savepoint>,
    /// How many savepoints there were when a statement was dropped half way.
    interrupted: Option<usize>,
    /// A statement of its own ended it: `commit` in raw SQL, or a beginning that failed.
    is_over: bool,
    /// The transaction's number, asked with its first write where lost commits are resolved.
    number: Option<String>,
    is_number_asked: bool,
}

#[derive(Debug)]
struct Savepoint {
    /// Quoted.
    name: String,
    is_sent: bool,
}

/// What goes out before a statement, in the same trip.
pub(crate) struct Preamble {
    /// Whether the statement is in a transaction.
    pub(crate) is_inside: bool,
    begin: Option<Sent<()>>,
    number: Option<Sent<Vec<tokio_postgres::Row>>>,
}

impl Transaction {
    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupted.is_some()
    }

    pub(crate) fn interrupt(&mut self) {
        self.interrupted.get_or_insert(self.savepoints.len());
    }

    pub(crate) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Notes the server's status after one of its statements.
    pub(crate) fn note_status(&mut self, status: Status) {
        self.is_over |= self.is_begun && status == Status::Idle;
    }

    fn position(&self, quoted: &str) -> Option<usize> {
        // As the server does, the latest of a name is meant.
        self.savepoints.iter().rposition(|savepoint| savepoint.name == quoted)
    }

    /// Takes what goes out before the next statement: from here on the server counts as told.
    fn take_unsent(&mut self) -> Option<String> {
        self.is_begun = true;
        self.savepoints.iter_mut().for_each(|savepoint| savepoint.is_sent = true);
        (!self.unsent.is_empty()).then(|| std::mem::take(&mut self.unsent))
    }
}

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
        self.transaction = Some(Transaction {
            unsent: begin_sql(options)?,
            // A number is assigned for writing.
            is_number_asked: options.read_only,
            ..Transaction::default()
        });
        Ok(())
    }

    pub(crate) async fn commit_transaction(&mut self) -> Result<()> {
        let Some(transaction) = &self.transaction else { return Err(no_transaction()) };
        if !transaction.is_begun {
            self.transaction = None;
            return Ok(());
        }
        self.check()?;
        let number = transaction_number(self);
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
        if self.transaction.as_ref().is_none_or(|transaction| !transaction.is_begun) {
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
        let name = quote(name);
        if !transaction.unsent.is_empty() {
            transaction.unsent.push_str("; ");
        }
        transaction.unsent.push_str("savepoint ");
        transaction.unsent.push_str(&name);
        transaction.savepoints.push(Savepoint { name, is_sent: false });
        Ok(())
    }

    pub(crate) async fn release_savepoint(&mut self, name: &str) -> Result<()> {
        self.check()?;
        let (at, name, is_sent) = self.find_savepoint(name)?;
        if is_sent {
            self.raw().command(&format!("release savepoint {name}")).await.map_err(error::from_postgres)?;
        }
        self.forget_savepoints(at);
        Ok(())
    }

    pub(crate) async fn rollback_to_savepoint(&mut self, name: &str) -> Result<()> {
        self.note_interruption();
        let (at, name, is_sent) = self.find_savepoint(name)?;
        if is_sent {
            self.come_to_rest().await?;
            let sql = format!("rollback to savepoint {name}; release savepoint {name}");
            self.raw().command(&sql).await.map_err(error::from_postgres)?;
        }
        self.forget_savepoints(at);
        if let Some(transaction) = &mut self.transaction {
            // What was dropped inside the savepoint is undone; what was dropped before it is not.
            transaction.interrupted = transaction.interrupted.filter(|&depth| depth <= at);
        }
        Ok(())
    }

    fn find_savepoint(&self, name: &str) -> Result<(usize, String, bool)> {
        let transaction = self.transaction.as_ref().ok_or_else(no_transaction)?;
        let quoted = quote(name);
        let at = transaction.position(&quoted).ok_or_else(|| {
            Error::new(ErrorKind::InvalidQuery, format!("there is no savepoint {quoted} in this transaction"))
        })?;
        let is_sent = transaction.savepoints[at].is_sent;
        Ok((at, quoted, is_sent))
    }

    /// Forgets a savepoint and those inside it; if the server was not told of them, it never will be.
    fn forget_savepoints(&mut self, at: usize) {
        let Some(transaction) = &mut self.transaction else { return };
        for savepoint in transaction.savepoints.drain(at..).rev() {
            if !savepoint.is_sent {
                let command = format!("savepoint {}", savepoint.name);
                let rest = transaction.unsent.len().saturating_sub(command.len());
                transaction.unsent.truncate(rest);
                if transaction.unsent.ends_with("; ") {
                    transaction.unsent.truncate(rest - 2);
                }
            }
        }
    }

    /// Waits for, or cancels, what a dropped future left running.
    async fn come_to_rest(&mut self) -> Result<()> {
        if self.raw().is_closed() {
            return Err(error::closed());
        }
        if self.raw().is_finished() {
            return Ok(());
        }
        let shared = self.shared().clone();
        quiesce(self.raw(), &shared).await
    }

    /// Takes what has to go out before a statement.
    pub(crate) fn take_preamble(&mut self, kind: StatementKind) -> Preamble {
        let resolve = self.shared().options.resolve_commits && kind != StatementKind::Read;
        let client = self.raw().client.clone();
        let Some(transaction) = &mut self.transaction else {
            return Preamble { is_inside: false, begin: None, number: None };
        };
        let begin = transaction.take_unsent().map(|sql| {
            let client = client.clone();
            Box::pin(async move { client.batch_execute(&sql).await }) as Sent<()>
        });
        let ask = resolve && !transaction.is_number_asked;
        transaction.is_number_asked |= ask;
        let number = ask.then(|| {
            Box::pin(
                async move { client.query_typed("select pg_catalog.pg_current_xact_id()::text", &[]).await },
            ) as Sent<Vec<tokio_postgres::Row>>
        });
        Preamble { is_inside: true, begin, number }
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
        match fate(self.shared(), &number).await {
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

impl Preamble {
    /// How many requests it is.
    pub(crate) fn requests(&self) -> usize {
        usize::from(self.begin.is_some()) + usize::from(self.number.is_some())
    }

    /// Sends it, before the statement.
    pub(crate) async fn send(&mut self) {
        if let Some(begin) = &mut self.begin
            && let Some(outcome) = poll_once(begin.as_mut()).await
        {
            *begin = Box::pin(std::future::ready(outcome));
        }
        if let Some(number) = &mut self.number
            && let Some(outcome) = poll_once(number.as_mut()).await
        {
            *number = Box::pin(std::future::ready(outcome));
        }
    }

    /// Takes the answers, which come before the statement's; once. Returns the transaction's number.
    pub(crate) async fn answer(&mut self) -> Result<Option<String>, Failure> {
        if let Some(begin) = self.begin.take() {
            begin.await?;
        }
        match self.number.take() {
            // Without it the transaction is as good as any; only a lost commit stays unknown.
            Some(number) => Ok(number.await.ok().and_then(|rows| rows.first()?.try_get(0).ok())),
            None => Ok(None),
        }
    }
}

impl Transaction {
    pub(crate) fn set_number(&mut self, number: Option<String>) {
        if number.is_some() {
            self.number = number;
        }
    }
}

fn transaction_number(connection: &PgConnection) -> Option<String> {
    connection.transaction.as_ref().and_then(|transaction| transaction.number.clone())
}

/// Whether a transaction was committed, asked on another connection: a fresh one, since those of the pool may all be in
/// use by those who wait for this answer.
async fn fate(shared: &Shared, number: &str) -> Option<bool> {
    const SQL: &str = "select pg_catalog.pg_xact_status($1::text::xid8)";
    // The server may not have noticed yet that its client is gone, or may be restarting.
    for wait in [0, 10, 50, 200, 500, 1000, 2000] {
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let Ok(raw) = connect::open(&shared.options, shared.tls.as_ref(), None).await else { continue };
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

/// Names are made by the executor, but quoting costs nothing.
fn quote(name: &str) -> String {
    let mut quoted = String::new();
    ident::quote(&mut quoted, name, '"');
    quoted
}

fn begin_sql(options: TransactionOptions) -> Result<String> {
    let mut sql = String::from("begin");
    if let Some(isolation) = options.isolation {
        let level = match isolation {
            Isolation::ReadUncommitted => "read uncommitted",
            Isolation::ReadCommitted => "read committed",
            Isolation::RepeatableRead | Isolation::Snapshot => "repeatable read",
            Isolation::Serializable => "serializable",
            _ => {
                return Err(Error::new(
                    ErrorKind::Unsupported,
                    "PostgreSQL does not have this isolation level",
                )
                .with_hint("use repeatable read or serializable"));
            }
        };
        // Writing to a String cannot fail.
        let _ = write!(sql, " isolation level {level}");
    }
    if options.read_only {
        sql.push_str(" read only");
    }
    Ok(sql)
}
