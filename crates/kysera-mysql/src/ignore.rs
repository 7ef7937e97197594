//! `insert ignore`: the server passes over rows that are there already, and also makes values fit that do not: a text is
//! cut, a number is moved into its range, NULL becomes 0. The first is what was asked for; the rest is undone and is an
//! error.
//!
//! That shows in the warnings, when the rows are stored, so that the statement is one that is [undone](crate::undone).

use crate::cells::TextRow;
use crate::error;
use crate::error::ServerError;
use crate::exchange::Event;
use crate::packet::Done;
use crate::raw_connection::{Failure, RawConnection};
use kysera_sql::cell::Cell;
use kysera_sql::compiled::{Affected, Compiled, StatementKind};

/// A row with the same key is there: what `ignore` is for.
const WANTED: [u16; 3] = [1062, 1586, 1169];

/// True for an insert that ignores errors, but for raw SQL, which has what it asks for. How a compiled one that holds raw
/// SQL counts its rows tells it apart.
#[inline]
pub(crate) fn ignores_errors(statement: &Compiled) -> bool {
    const BEGINNING: &[u8] = b"insert ignore ";
    let is_compiled = matches!(statement.kind, StatementKind::InsertValues(_) | StatementKind::Write)
        || statement.facts.affected == Affected::NewRows;
    is_compiled
        && statement
            .sql
            .as_bytes()
            .get(..BEGINNING.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(BEGINNING))
}

impl RawConnection {
    /// Fails when a warning of the statement before says that a value was changed.
    pub(crate) async fn lost_values(&mut self, done: Done) -> Result<(), Failure> {
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
            Some(warning) => Err(Failure::Kysera(error::from_server(warning, self.flavour).with_hint(
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
