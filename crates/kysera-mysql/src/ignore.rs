//! `insert ignore`: the server passes over rows that are there already, and also makes values fit that do not: a text is
//! cut, a number is moved into its range, NULL becomes 0. The first is what was asked for; the rest is undone and is an
//! error.
//!
//! That shows in the warnings, when the rows are stored. So the statement runs behind a savepoint, or in a transaction of
//! its own.

use crate::cells::TextRow;
use crate::connection::MyConnection;
use crate::error;
use crate::error::ServerError;
use crate::exchange::Event;
use crate::packet::Done;
use crate::params::Params;
use crate::raw_connection::{Failure, RawConnection};
use crate::read::Reader;
use kysera_core::driver::ExecResult;
use kysera_core::driver::transaction_state::Operation;
use kysera_core::error::Result;
use kysera_sql::cell::Cell;
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::row::RowSink;

/// A row with the same key is there: what `ignore` is for.
const WANTED: [u16; 3] = [1062, 1586, 1169];

/// True for an insert that ignores errors, but for raw SQL, which has what it asks for.
#[inline]
pub(crate) fn ignores_errors(statement: &Compiled) -> bool {
    const BEGINNING: &[u8] = b"insert ignore ";
    matches!(statement.kind, StatementKind::InsertValues(_) | StatementKind::Write)
        && statement
            .sql
            .as_bytes()
            .get(..BEGINNING.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(BEGINNING))
}

impl MyConnection {
    /// Runs an insert that ignores errors, and undoes it when it ignored more than rows that are there.
    pub(crate) async fn run_ignoring(
        &mut self,
        statement: &Compiled,
        params: &Params,
        sink: &mut dyn RowSink,
    ) -> Result<ExecResult> {
        let is_inside = self.state.is_open();
        self.state.start(Operation::Statement);
        let mut reader = Reader::new(statement);
        let ran = self.raw().run_guarded(statement, params, &mut reader, sink, is_inside).await;
        match ran {
            Ok(done) => {
                self.done();
                reader.check()?;
                Ok(reader.result(done))
            }
            Err(failure) => Err(self.failed(failure).await),
        }
    }
}

impl RawConnection {
    async fn run_guarded(
        &mut self,
        statement: &Compiled,
        params: &Params,
        reader: &mut Reader,
        sink: &mut dyn RowSink,
        is_inside: bool,
    ) -> Result<Option<Done>, Failure> {
        let [begin, undo, end] = if is_inside {
            [
                "savepoint kysera_ignore",
                "rollback to savepoint kysera_ignore",
                "release savepoint kysera_ignore",
            ]
        } else {
            ["start transaction", "rollback", "commit"]
        };
        self.command(begin).await?;
        let outcome = match self.run(statement, params, reader, sink).await {
            Ok(Some(done)) if done.warnings > 0 => self.lost_values(done).await.map(|()| Some(done)),
            outcome => outcome,
        };
        match outcome {
            Ok(done) => {
                self.command(end).await?;
                Ok(done)
            }
            Err(failure) => {
                // An error that has ended the transaction leaves nothing to go back to.
                if !self.exchange.is_broken() && self.command(undo).await.is_err() && !is_inside {
                    self.exchange.give_up();
                }
                Err(failure)
            }
        }
    }

    /// Fails when a warning of the statement before says that a value was changed.
    async fn lost_values(&mut self, done: Done) -> Result<(), Failure> {
        self.exchange.send_text("show warnings");
        let (mut told, mut found) = (0, None);
        loop {
            match self.exchange.next().await? {
                Event::Row(row) => {
                    told += 1;
                    let (bytes, columns) = self.exchange.row_and_columns(row);
                    found = found.or_else(|| unwanted(TextRow::new(bytes, columns.kinds())));
                }
                Event::Columns | Event::Prepared(_) => {}
                Event::Done(_) => break,
                Event::Failed(error) => return Err(Failure::Server(error)),
            }
        }
        if found.is_none() && told < done.warnings {
            // The server keeps so many and no more.
            found = Some(ServerError::new(
                1265,
                *b"HY000",
                "there were more warnings than the server keeps".to_owned(),
            ));
        }
        match found {
            Some(warning) => Err(Failure::Kysera(error::from_server(warning).with_hint(
                "`insert ignore` would store another value than was given; only rows that are there may be passed over",
            ))),
            None => Ok(()),
        }
    }
}

/// A warning that is none of those that are wanted. A note is no loss.
fn unwanted(mut row: TextRow<'_>) -> Option<ServerError> {
    let (Ok(Cell::Text(level)), Ok(Cell::I64(number)), Ok(Cell::Text(message))) =
        (row.cell(0), row.cell(1), row.cell(2))
    else {
        return None;
    };
    let errno = u16::try_from(number).ok().filter(|errno| !WANTED.contains(errno))?;
    (level != "Note").then(|| ServerError::new(errno, *b"HY000", message.to_owned()))
}
