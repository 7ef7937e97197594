//! One connection to the server as the pool holds it: the exchange, the prepared statements, and what is known of its
//! state.
//!
//! Knows nothing of transactions or of who holds it.

use crate::error::{self, ServerError, malformed};
use crate::exchange::{Event, Exchange};
use crate::facts::Facts;
use crate::flavour::Flavour;
use crate::packet::Done;
use crate::params::Params;
use crate::statements::Statements;
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_net::DrivenBy;
use kysera_sql::dialect::Dialect;
use kysera_sql::lexer::statements;
use mysql_common::constants::StatusFlags;
use std::io;

/// A connection to the server, as the hooks of the pool see it.
pub struct RawConnection {
    pub(crate) exchange: Exchange,
    pub(crate) statements: Statements,
    pub(crate) flavour: Flavour,
    pub(crate) facts: Facts,
    /// The server's number of the connection, for `kill`.
    pub(crate) id: u32,
    /// The database that the session began in.
    pub(crate) database: Option<String>,
    /// Room for the parameters of the next statement.
    pub(crate) spare: Params,
    /// Raw SQL ran: the session may not be as it began.
    pub(crate) is_dirty: bool,
    /// An isolation level was asked for that the next transaction would have too: the server forgets it at an order to commit
    /// or roll back, and not where it rolls back by itself (a deadlock).
    pub(crate) has_level: bool,
    pub(crate) driven_by: DrivenBy,
}

/// Why a command gave no result.
#[derive(Debug)]
pub(crate) enum Failure {
    Server(Box<ServerError>),
    Io(io::Error),
    /// It was not sent, or what came could not be read.
    Kysera(Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Io(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Kysera(error)
    }
}

impl RawConnection {
    pub(crate) fn new(
        exchange: Exchange,
        id: u32,
        flavour: Flavour,
        database: Option<String>,
        statement_cache: usize,
    ) -> RawConnection {
        RawConnection {
            exchange,
            statements: Statements::new(statement_cache),
            flavour,
            facts: Facts::default(),
            id,
            database,
            spare: Params::default(),
            is_dirty: false,
            has_level: false,
            driven_by: DrivenBy::this_runtime(),
        }
    }

    /// True when nothing is under way, no transaction is open, and statements commit by themselves.
    pub(crate) fn is_at_rest(&self) -> bool {
        let status = self.exchange.status();
        self.exchange.is_answered()
            && !self.has_level
            && !status.contains(StatusFlags::SERVER_STATUS_IN_TRANS)
            && status.contains(StatusFlags::SERVER_STATUS_AUTOCOMMIT)
    }

    /// Writes the orders to close statements in front of what is sent next.
    #[inline]
    pub(crate) fn close_unwanted(&mut self) {
        while let Some(id) = self.statements.take_unwanted() {
            self.exchange.send_close(id);
        }
    }

    /// Refuses what the server would refuse by hanging up.
    pub(crate) fn check_size(&self, payload: usize) -> Result<()> {
        let most = self.facts.max_allowed_packet;
        if payload < most {
            return Ok(());
        }
        let message = format!("a statement of {payload} bytes, and the server takes fewer than {most}");
        Err(Error::new(ErrorKind::InvalidValue, message)
            .with_hint("send it in parts, or raise the server's max_allowed_packet"))
    }

    /// Runs text without parameters and passes over its rows.
    pub(crate) async fn command(&mut self, sql: &str) -> Result<Done, Failure> {
        self.check_size(sql.len() + 1)?;
        self.close_unwanted();
        self.exchange.send_text(sql);
        self.answer().await
    }

    /// Waits for the end of the next answer, and passes over its rows.
    pub(crate) async fn answer(&mut self) -> Result<Done, Failure> {
        loop {
            match self.exchange.next().await? {
                Event::Done(done) if done.has_more() => {}
                Event::Done(done) => return Ok(done),
                Event::Failed(error) => return Err(Failure::Server(error)),
                Event::Row(_) | Event::Columns => {}
                Event::Prepared(_) => return Err(self.confused()),
            }
        }
    }

    /// As [`answer`](RawConnection::answer); true when there were rows.
    pub(crate) async fn answer_has_rows(&mut self) -> Result<bool, Failure> {
        let mut has_rows = false;
        loop {
            match self.exchange.next().await? {
                Event::Row(_) => has_rows = true,
                Event::Done(done) if !done.has_more() => return Ok(has_rows),
                Event::Failed(error) => return Err(Failure::Server(error)),
                _ => {}
            }
        }
    }

    /// Gives the connection up: the answer is none to what was sent.
    #[cold]
    pub(crate) fn confused(&mut self) -> Failure {
        self.exchange.give_up();
        Failure::Io(malformed("an answer to something else"))
    }

    /// Kysera's error for a failure.
    pub(crate) fn told(&self, failure: Failure) -> Error {
        match failure {
            Failure::Server(error) => error::from_server(*error, self.flavour),
            Failure::Kysera(error) => error,
            Failure::Io(error) => match self.exchange.ended_by() {
                Some(reason) => error::from_server(reason.clone(), self.flavour),
                None => error::from_io(error),
            },
        }
    }

    /// The error of a connection that is of no more use.
    pub(crate) fn lost(&self) -> Error {
        self.exchange
            .ended_by()
            .map_or_else(error::closed, |reason| error::from_server(reason.clone(), self.flavour))
    }

    /// Runs a script: statements without parameters, separated by semicolons. Rows are passed over.
    ///
    /// The statements are sent one by one, and none behind one that fails. `delimiter`, which is an order of MySQL's own
    /// client, is not known.
    ///
    /// # Errors
    /// The first statement's error.
    pub async fn run_script(&mut self, sql: &str) -> Result<()> {
        self.is_dirty = true;
        let rules = self.flavour.dialect().syntax().lexer;
        for statement in statements(sql, &rules) {
            self.command(statement.text).await.map_err(|failure| self.told(failure))?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for RawConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawConnection")
            .field("id", &self.id)
            .field("flavour", &self.flavour)
            .field("status", &self.exchange.status())
            .field("answers_due", &self.exchange.answers_due())
            .field("is_dirty", &self.is_dirty)
            .finish_non_exhaustive()
    }
}
