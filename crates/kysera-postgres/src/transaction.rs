//! What this side knows of an open transaction, and what goes out before a statement of it. Sends nothing but that.

use crate::incarnation::run_sql;
use crate::protocol::Status;
use crate::raw_connection::{Sent, poll_once};
use crate::read::Failure;
use kysera_core::driver::transaction_state::{EndedBy, Operation, TransactionState};
use kysera_core::driver::{Isolation, TransactionOptions};
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_sql::ident;
use std::fmt::Write;
use std::sync::Arc;
use tokio_postgres::Client;

/// An open transaction, as this side knows it.
#[derive(Debug, Default)]
pub(crate) struct Transaction {
    pub(crate) state: TransactionState,
    /// Commands that go out with the next statement: the beginning, savepoints.
    unsent: String,
    /// How long `unsent` was before each of the savepoints in it, which are the innermost.
    unsent_savepoints: Vec<usize>,
    /// False until the server was told.
    is_begun: bool,
    /// The savepoint of which the rollback was sent last, until its answer has come.
    pub(crate) undoing: Option<usize>,
    /// The transaction's number, asked with its first write where lost commits are resolved.
    number: Option<TransactionNumber>,
    is_number_asked: bool,
    /// How many transactions had ended on the connection when the number was asked.
    ends: u64,
}

/// The number of a transaction, and the run of the server in which it has it.
#[derive(Clone, Debug)]
pub(crate) struct TransactionNumber {
    pub(crate) number: String,
    pub(crate) run: String,
}

/// Asks for both in one statement, so that both are of one server.
const NUMBER: &str = concat!("select pg_catalog.pg_current_xact_id()::text, ", run_sql!());

/// What goes out before a statement, in the same trip.
pub(crate) struct Preamble {
    /// Whether the statement is in a transaction.
    pub(crate) is_inside: bool,
    begin: Option<Sent<()>>,
    number: Option<Sent<Vec<tokio_postgres::Row>>>,
}

impl Transaction {
    /// A transaction of which the server is told with its first statement.
    pub(crate) fn new(options: TransactionOptions) -> Result<Transaction> {
        let mut transaction = Transaction {
            unsent: begin_sql(options)?,
            // A number is assigned for writing.
            is_number_asked: options.read_only,
            ..Transaction::default()
        };
        transaction.state.begun(options);
        Ok(transaction)
    }

    pub(crate) fn is_begun(&self) -> bool {
        self.is_begun
    }

    /// The number, if the transaction still is the one that had it: raw SQL can end it and begin another. `ends` is how
    /// many transactions have ended on the connection.
    pub(crate) fn number(&self, ends: u64) -> Option<&TransactionNumber> {
        self.number.as_ref().filter(|_| self.ends == ends)
    }

    /// Notes a rollback to a savepoint, which looks on the wire like the end of a transaction.
    pub(crate) fn savepoint_undone(&mut self, before: u64, ends: u64) {
        if self.ends == before {
            self.ends = ends;
        }
    }

    /// Notes that the future of a statement, or of whatever else was begun, was dropped.
    pub(crate) fn interrupt(&mut self) {
        match self.state.running() {
            // Whether it was done is not known, nor asked: all that may follow is a rollback.
            Some(Operation::Commit) => return,
            Some(_) => {}
            None => self.state.start(Operation::Statement),
        }
        self.state.settle(true);
    }

    /// Notes the server's status after one of its statements.
    pub(crate) fn note_status(&mut self, status: Status) {
        if self.is_begun && status == Status::Idle {
            self.state.ended(EndedBy::Statement);
        }
    }

    /// Notes the transaction's number, if it was asked.
    pub(crate) fn set_number(&mut self, number: Option<TransactionNumber>) {
        if number.is_some() {
            self.number = number;
        }
    }

    /// Sets a savepoint, which goes out with the next statement.
    pub(crate) fn set_savepoint(&mut self, name: &str) {
        self.unsent_savepoints.push(self.unsent.len());
        if !self.unsent.is_empty() {
            self.unsent.push_str("; ");
        }
        self.unsent.push_str("savepoint ");
        ident::quote(&mut self.unsent, name, '"');
        self.state.savepoint_set(name.to_owned());
    }

    /// True when the server was told of a savepoint.
    pub(crate) fn is_sent(&self, savepoint: usize) -> bool {
        savepoint + self.unsent_savepoints.len() < self.state.savepoints()
    }

    /// Forgets a savepoint and those inside it, as far as the server was not told of them: it never will be.
    pub(crate) fn forget_unsent(&mut self, savepoint: usize) {
        let sent = self.state.savepoints() - self.unsent_savepoints.len();
        let kept = savepoint.saturating_sub(sent);
        if let Some(&length) = self.unsent_savepoints.get(kept) {
            self.unsent.truncate(length);
            self.unsent_savepoints.truncate(kept);
        }
    }

    /// Takes what has to go out before the next statement. From here on the server counts as told.
    ///
    /// `ends` is how many transactions have ended on the connection.
    pub(crate) fn take_preamble(&mut self, client: &Arc<Client>, asks_number: bool, ends: u64) -> Preamble {
        self.is_begun = true;
        self.unsent_savepoints.clear();
        let begin = (!self.unsent.is_empty()).then(|| {
            let (client, sql) = (client.clone(), std::mem::take(&mut self.unsent));
            Box::pin(async move { client.batch_execute(&sql).await }) as Sent<()>
        });
        let asks = asks_number && !self.is_number_asked;
        let number = asks.then(|| {
            (self.is_number_asked, self.ends) = (true, ends);
            let client = client.clone();
            Box::pin(async move { client.query_typed(NUMBER, &[]).await }) as Sent<Vec<tokio_postgres::Row>>
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
    pub(crate) async fn answer(&mut self) -> Result<Option<TransactionNumber>, Failure> {
        if let Some(begin) = self.begin.take() {
            begin.await?;
        }
        match self.number.take() {
            // Without it the transaction is as good as any; only a lost commit stays unknown.
            Some(number) => Ok(number.await.ok().and_then(|rows| {
                let row = rows.first()?;
                Some(TransactionNumber { number: row.try_get(0).ok()?, run: row.try_get(1).ok()? })
            })),
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
pub(crate) fn quote(name: &str) -> String {
    let mut quoted = String::new();
    ident::quote(&mut quoted, name, '"');
    quoted
}
