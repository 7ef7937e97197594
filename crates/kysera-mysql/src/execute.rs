//! One statement on a connection: prepared or as text, and what is looked at behind it.

use crate::exchange::{Event, Prepared};
use crate::packet::Done;
use crate::params::Params;
use crate::raw_connection::{Failure, RawConnection};
use crate::read::Reader;
use crate::warnings::{self, Errors};
use kysera_core::error::{Error, ErrorKind};
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::row::RowSink;

/// Numbers of errors that say how a statement was sent, and not what it is.
mod errno {
    /// The server has no room for another prepared statement.
    pub(super) const TOO_MANY_STATEMENTS: u16 = 1461;
    /// Such a statement cannot be prepared.
    pub(super) const NOT_PREPARABLE: u16 = 1295;
    /// The server does not know the statement: something else has closed it.
    pub(super) const UNKNOWN_STATEMENT: u16 = 1243;
    /// The schema changed too often while the server prepared it again.
    pub(super) const NEEDS_PREPARING: u16 = 1615;
}

/// How a statement goes to the server.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    Text,
    Prepared { id: u32, needs_types: bool, is_new: bool },
}

/// The bytes of an execution in front of its parameters.
const EXECUTE_HEAD: usize = 10;

impl RawConnection {
    /// Runs a statement and reads its answer, and looks at its warnings where they may mean loss.
    pub(crate) async fn run(
        &mut self,
        statement: &Compiled,
        params: &Params,
        reader: &mut Reader,
        sink: &mut dyn RowSink,
    ) -> Result<Option<Done>, Failure> {
        self.is_dirty |= statement.kind == StatementKind::Raw;
        let mut is_again = false;
        // A loop, because each `await` on its own would make the future larger.
        let done = loop {
            let way = self.way(statement, params).await?;
            self.send(statement, params, way)?;
            match self.read_rows(reader, sink).await {
                Err(Failure::Server(error)) if !is_again && is_outdated(error.errno()) => {
                    self.statements.forget(&statement.sql, params);
                    is_again = true;
                }
                outcome => {
                    self.note_types(statement, params, way, outcome.is_ok());
                    break outcome?;
                }
            }
        };
        match done {
            Some(done) if done.warnings == 0 => Ok(Some(done)),
            Some(done) => {
                Box::pin(warnings::check(self, Errors::of(statement), done.warnings)).await?;
                Ok(Some(done))
            }
            None if statement.facts.may_warn => {
                // Warnings come at the end, though nobody wants more rows.
                reader.read_all();
                let done = self.read_rows(reader, sink).await?;
                let count = done.map_or(0, |done| done.warnings);
                if count > 0 {
                    Box::pin(warnings::check(self, Errors::of(statement), count)).await?;
                }
                Ok(done)
            }
            None => {
                self.exchange.pass_over()?;
                Ok(None)
            }
        }
    }

    /// How the statement goes to the server, for which it may have to be prepared.
    #[inline]
    pub(crate) async fn way(&mut self, statement: &Compiled, params: &Params) -> Result<Way, Failure> {
        if let Some(handle) = self.statements.find(&statement.sql, params) {
            return Ok(Way::Prepared { id: handle.id, needs_types: handle.needs_types, is_new: false });
        }
        if statement.params.is_empty() && is_text_only(statement) {
            return Ok(Way::Text);
        }
        Box::pin(self.prepare(statement, params)).await
    }

    async fn prepare(&mut self, statement: &Compiled, params: &Params) -> Result<Way, Failure> {
        let mut is_again = false;
        loop {
            self.send_prepare(statement)?;
            match self.take_prepared().await {
                Ok(prepared) => {
                    let way = self.checked(prepared, params)?;
                    if prepared.warnings > 0
                        && let Err(failure) =
                            warnings::check(self, Errors::of(statement), prepared.warnings).await
                    {
                        self.statements.close(prepared.id);
                        return Err(failure);
                    }
                    return Ok(way);
                }
                Err(Failure::Server(error)) => match error.errno() {
                    errno::TOO_MANY_STATEMENTS if !is_again => {
                        self.statements.halve();
                        is_again = true;
                    }
                    errno::NOT_PREPARABLE if statement.params.is_empty() => return Ok(Way::Text),
                    _ => return Err(Failure::Server(error)),
                },
                Err(failure) => return Err(failure),
            }
        }
    }

    pub(crate) fn send_prepare(&mut self, statement: &Compiled) -> Result<(), Failure> {
        self.check_size(statement.sql.len() + 1)?;
        self.close_unwanted();
        self.exchange.send_prepare(&statement.sql);
        Ok(())
    }

    pub(crate) async fn take_prepared(&mut self) -> Result<Prepared, Failure> {
        match self.exchange.next().await? {
            Event::Prepared(prepared) => Ok(prepared),
            Event::Failed(error) => Err(Failure::Server(error)),
            _ => Err(self.confused()),
        }
    }

    pub(crate) fn checked(&mut self, prepared: Prepared, params: &Params) -> Result<Way, Failure> {
        let (wanted, given) = (usize::from(prepared.params), params.types().len());
        if wanted == given {
            return Ok(Way::Prepared { id: prepared.id, needs_types: true, is_new: true });
        }
        self.statements.close(prepared.id);
        let message = format!("the statement has {wanted} placeholders, and {given} values were bound");
        Err(Error::new(ErrorKind::InvalidQuery, message)
            .with_hint("bind one value for each placeholder")
            .into())
    }

    /// Sends a statement. Nothing is awaited.
    pub(crate) fn send(&mut self, statement: &Compiled, params: &Params, way: Way) -> Result<(), Failure> {
        match way {
            Way::Text => {
                self.check_size(statement.sql.len() + 1)?;
                self.close_unwanted();
                self.exchange.send_text(&statement.sql);
            }
            Way::Prepared { id, needs_types, is_new } => {
                if let Err(error) = self.check_size(EXECUTE_HEAD + params.len()) {
                    if is_new {
                        self.statements.close(id);
                    }
                    return Err(error.into());
                }
                self.close_unwanted();
                self.exchange.send_execute(|out| {
                    out.extend_from_slice(&id.to_le_bytes());
                    // No cursor, and once.
                    out.extend_from_slice(&[0, 1, 0, 0, 0]);
                    params.put(out, needs_types);
                });
                if is_new {
                    // Behind the execution, because what is not kept is closed.
                    self.statements.keep(&statement.sql, params, id);
                }
            }
        }
        Ok(())
    }

    /// Notes whether the server knows the types of a statement by now: one that failed may have been given up before it
    /// took them, and MySQL then takes the next without them for a wrong one (1210).
    #[inline]
    pub(crate) fn note_types(&mut self, statement: &Compiled, params: &Params, way: Way, is_done: bool) {
        let is_news = matches!(way, Way::Prepared { needs_types, .. } if needs_types == is_done);
        if is_news && !self.exchange.is_broken() {
            self.statements.note_types(&statement.sql, params, is_done);
        }
    }
}

/// True for a statement that is not prepared first: a change of the schema, which does not come again and has no rows; and
/// raw SQL about the diagnostics of the statement before, which a preparation would replace.
fn is_text_only(statement: &Compiled) -> bool {
    let mut words = statement.sql.split_ascii_whitespace();
    let mut is_next = |wanted: &[&str]| {
        words.next().is_some_and(|word| wanted.iter().any(|wanted| word.eq_ignore_ascii_case(wanted)))
    };
    match statement.kind {
        StatementKind::Ddl => true,
        StatementKind::Raw => {
            is_next(&["show", "get"]) && is_next(&["warnings", "errors", "count(*)", "diagnostics"])
        }
        _ => false,
    }
}

/// True for an error that comes from what was kept of a statement. It did not run.
pub(crate) fn is_outdated(errno: u16) -> bool {
    matches!(errno, errno::UNKNOWN_STATEMENT | errno::NEEDS_PREPARING)
}
