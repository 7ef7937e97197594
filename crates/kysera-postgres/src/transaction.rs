//! What this side knows of an open transaction, and what goes out before a statement of it. Sends nothing but that.

use crate::protocol::Status;
use crate::raw_connection::{Sent, poll_once};
use crate::read::Failure;
use kysera_core::driver::{Isolation, TransactionOptions};
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_sql::ident;
use std::fmt::Write;
use std::sync::Arc;
use tokio_postgres::Client;

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

/// A savepoint that was found.
pub(crate) struct Found {
    /// Its depth.
    pub(crate) at: usize,
    /// Quoted.
    pub(crate) name: String,
    /// The server was told of it.
    pub(crate) is_sent: bool,
}

impl Transaction {
    /// A transaction of which the server is told with its first statement.
    pub(crate) fn new(options: TransactionOptions) -> Result<Transaction> {
        Ok(Transaction {
            unsent: begin_sql(options)?,
            // A number is assigned for writing.
            is_number_asked: options.read_only,
            ..Transaction::default()
        })
    }

    pub(crate) fn is_begun(&self) -> bool {
        self.is_begun
    }

    pub(crate) fn number(&self) -> Option<&str> {
        self.number.as_deref()
    }

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

    /// Notes the transaction's number, if it was asked.
    pub(crate) fn set_number(&mut self, number: Option<String>) {
        if number.is_some() {
            self.number = number;
        }
    }

    /// Sets a savepoint, which goes out with the next statement.
    pub(crate) fn set_savepoint(&mut self, name: &str) {
        let name = quote(name);
        if !self.unsent.is_empty() {
            self.unsent.push_str("; ");
        }
        self.unsent.push_str("savepoint ");
        self.unsent.push_str(&name);
        self.savepoints.push(Savepoint { name, is_sent: false });
    }

    /// Finds a savepoint by its name. As the server does, the latest of a name is meant.
    pub(crate) fn find_savepoint(&self, name: &str) -> Result<Found> {
        let name = quote(name);
        let at = self.savepoints.iter().rposition(|savepoint| savepoint.name == name).ok_or_else(|| {
            Error::new(ErrorKind::InvalidQuery, format!("there is no savepoint {name} in this transaction"))
        })?;
        Ok(Found { at, is_sent: self.savepoints[at].is_sent, name })
    }

    /// Forgets a savepoint and those inside it; if the server was not told of them, it never will be.
    pub(crate) fn forget_savepoints(&mut self, at: usize) {
        for savepoint in self.savepoints.drain(at..).rev() {
            if !savepoint.is_sent {
                let command = format!("savepoint {}", savepoint.name);
                let rest = self.unsent.len().saturating_sub(command.len());
                self.unsent.truncate(rest);
                if self.unsent.ends_with("; ") {
                    self.unsent.truncate(rest - 2);
                }
            }
        }
    }

    /// Notes a rollback to the savepoint that was at this depth. What was dropped inside it is undone; what was dropped
    /// before it is not.
    pub(crate) fn rolled_back_to(&mut self, at: usize) {
        self.interrupted = self.interrupted.filter(|&depth| depth <= at);
    }

    /// Takes what has to go out before the next statement. From here on the server counts as told.
    pub(crate) fn take_preamble(&mut self, client: &Arc<Client>, asks_number: bool) -> Preamble {
        self.is_begun = true;
        self.savepoints.iter_mut().for_each(|savepoint| savepoint.is_sent = true);
        let begin = (!self.unsent.is_empty()).then(|| {
            let (client, sql) = (client.clone(), std::mem::take(&mut self.unsent));
            Box::pin(async move { client.batch_execute(&sql).await }) as Sent<()>
        });
        let asks = asks_number && !self.is_number_asked;
        self.is_number_asked |= asks;
        let number = asks.then(|| {
            let client = client.clone();
            Box::pin(
                async move { client.query_typed("select pg_catalog.pg_current_xact_id()::text", &[]).await },
            ) as Sent<Vec<tokio_postgres::Row>>
        });
        Preamble { is_inside: true, begin, number }
    }
}

impl Preamble {
    /// Nothing, before a statement on its own.
    pub(crate) fn none() -> Preamble {
        Preamble { is_inside: false, begin: None, number: None }
    }

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

/// Names are made by the executor, but quoting costs nothing.
fn quote(name: &str) -> String {
    let mut quoted = String::new();
    ident::quote(&mut quoted, name, '"');
    quoted
}
