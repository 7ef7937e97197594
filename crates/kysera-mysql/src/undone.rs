//! Writes that are undone when a warning of theirs is an error: the server says it when they have taken effect, a delete of
//! MariaDB for everything that its condition computes. So they run behind a savepoint, or in a transaction of their own.

use crate::connection::MyConnection;
use crate::ignore::ignores_errors;
use crate::packet::Done;
use crate::params::Params;
use crate::raw_connection::{Failure, RawConnection};
use crate::read::Reader;
use kysera_core::driver::ExecResult;
use kysera_core::driver::transaction_state::Operation;
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::row::RowSink;

/// `ER_SP_DOES_NOT_EXIST`.
const NO_SAVEPOINT: u16 = 1305;

/// True for a write that may have to be undone.
#[inline]
pub(crate) fn is_undone(statement: &Compiled) -> bool {
    let changes_rows = match statement.kind {
        StatementKind::Read | StatementKind::Ddl => false,
        // A query that holds raw SQL or calls a function of the user's.
        StatementKind::Raw => !statement.sql.starts_with("select "),
        _ => true,
    };
    changes_rows && (statement.facts.may_warn || ignores_errors(statement))
}

/// Refuses a write that may have to be undone where its rows are handed over before it has ended.
///
/// # Errors
/// `Unsupported`.
pub(crate) fn check_stream(statement: &Compiled) -> Result<()> {
    if !is_undone(statement) || !statement.facts.returns_rows {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Unsupported,
        "a stream of the rows of a write whose warnings are errors: it is undone when there are some",
    )
    .with_hint("fetch all of its rows"))
}

impl MyConnection {
    /// Runs a write, and undoes it when a warning is an error.
    pub(crate) async fn run_or_undo(
        &mut self,
        statement: &Compiled,
        params: &Params,
        sink: &mut dyn RowSink,
    ) -> Result<ExecResult> {
        let is_inside = self.state.is_open();
        self.state.start(Operation::Statement);
        let mut reader = Reader::new(statement);
        let ran = self.raw().run_or_undo(statement, params, &mut reader, sink, is_inside).await;
        match ran {
            Ok(done) => {
                self.done();
                reader.check()?;
                Ok(reader.result(done))
            }
            Err(failure) => Err(self.statement_failed(failure, statement).await),
        }
    }
}

impl RawConnection {
    async fn run_or_undo(
        &mut self,
        statement: &Compiled,
        params: &Params,
        reader: &mut Reader,
        sink: &mut dyn RowSink,
        is_inside: bool,
    ) -> Result<Option<Done>, Failure> {
        let [begin, undo, end] = if is_inside {
            ["savepoint kysera_undo", "rollback to savepoint kysera_undo", "release savepoint kysera_undo"]
        } else {
            ["start transaction", "rollback", "commit"]
        };
        self.command(begin).await?;
        let outcome = match self.run(statement, params, reader, sink).await {
            Ok(Some(done)) if done.warnings > 0 && ignores_errors(statement) => {
                self.lost_values(done).await.map(|()| Some(done))
            }
            outcome => outcome,
        };
        let ended = match outcome {
            Ok(done) => self.command(end).await.map(|_| done),
            Err(failure) => Err(failure),
        };
        if ended.is_err() && !self.exchange.is_broken() {
            self.undo(undo).await;
        }
        ended
    }

    /// Undoes a write. A connection on which that fails is of no use: what was done could be committed.
    async fn undo(&mut self, undo: &str) {
        match self.command(undo).await {
            Ok(_) => {}
            // The error has ended the transaction, and its savepoints with it.
            Err(Failure::Server(error)) if error.errno() == NO_SAVEPOINT => {}
            Err(_) => self.exchange.give_up(),
        }
    }
}
