//! Warnings that mean loss: the server has cut a value, or computed none, and sends it all the same.
//!
//! How many there were stands at the end of every answer, so that asking for them costs nothing where there are none. The
//! next statement replaces them: in a pipeline they are asked for right behind a statement that may have some.

use crate::cells::TextRow;
use crate::error;
use crate::error::ServerError;
use crate::exchange::Event;
use crate::raw_connection::{Failure, RawConnection};
use kysera_core::error::{Error, ErrorKind};
use kysera_sql::cell::Cell;
use kysera_sql::compiled::{Compiled, StatementKind};

/// A list of `group_concat` or of a JSON aggregate was cut; a function's result was longer than a packet.
const CUT: [u16; 2] = [1260, 1301];
/// A rollback left what was written to tables without transactions.
const KEPT: u16 = 1196;
/// What was computed is NULL or another value, because an operand was not valid: an error in every other database. Division
/// by zero, a value that is none of its type or beyond its range, a time that is none, a logarithm of what has none, a text
/// that is no JSON, bytes that are no text.
const INVALID: [u16; 17] =
    [1264, 1292, 1300, 1365, 1366, 1411, 1441, 1916, 3020, 3141, 3854, 4035, 4036, 4037, 4038, 4039, 4040];

/// A text beyond the range of an integer, which a cast makes a negative one of. It has no number of its own, and is a note
/// on MariaDB.
const OUT_OF_RANGE: i64 = 1105;
const CAST: &str = "Cast to ";

/// True for a statement behind which its warnings are asked for in a pipeline, whether there are any or not.
pub(crate) fn are_asked_for(statement: &Compiled) -> bool {
    statement.facts.may_warn || statement.kind == StatementKind::Raw
}

/// Which warnings of a statement are errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errors {
    /// What was cut, or kept by a rollback: raw SQL as a whole has what it asks for.
    Cut,
    /// What was cut, and what is no value.
    Invalid,
}

impl Errors {
    #[inline]
    pub(crate) fn of(statement: &Compiled) -> Errors {
        // A plan says in a warning that the bytes of a value are no text in it.
        let is_plan = statement.sql.starts_with("explain ");
        let is_raw = (statement.kind == StatementKind::Raw || is_plan) && !statement.facts.may_warn;
        if is_raw { Errors::Cut } else { Errors::Invalid }
    }
}

const ASK: &str = "show warnings";

/// Asks for the warnings of the statement before, of which there were `count`.
///
/// # Errors
/// The warning, if one means loss.
pub(crate) async fn check(raw: &mut RawConnection, errors: Errors, count: u16) -> Result<(), Failure> {
    ask(raw);
    read(raw, errors, count).await
}

/// Asks and does not wait.
pub(crate) fn ask(raw: &mut RawConnection) {
    raw.exchange.send_text(ASK);
}

/// Reads the answer to [`ask`]; there were `count` warnings.
///
/// # Errors
/// The warning, if one means loss.
pub(crate) async fn read(raw: &mut RawConnection, errors: Errors, count: u16) -> Result<(), Failure> {
    let (mut found, mut listed) = (None, 0);
    loop {
        match raw.exchange.next().await? {
            Event::Row(row) if found.is_none() => {
                listed += 1;
                let (bytes, columns) = raw.exchange.row_and_columns(row);
                found = warning(TextRow::new(bytes, columns.kinds()), errors);
            }
            Event::Row(_) | Event::Columns | Event::Prepared(_) => {}
            Event::Done(_) => break,
            Event::Failed(error) => return Err(Failure::Server(error)),
        }
    }
    match found {
        Some(warning) if CUT.contains(&warning.errno()) => {
            Err(Failure::Kysera(error::from_server(warning, raw.flavour).with_hint(
                "the result was cut: raise group_concat_max_len or max_allowed_packet, or read fewer rows",
            )))
        }
        Some(warning) => Err(Failure::Kysera(error::from_server(warning, raw.flavour))),
        None if errors == Errors::Invalid && listed < count => Err(Failure::Kysera(incomplete())),
        None => Ok(()),
    }
}

/// Of the warnings that the server did not keep, any may mean loss.
fn incomplete() -> Error {
    let message = "the statement had more warnings than the server keeps: a value may not have been valid";
    Error::new(ErrorKind::InvalidValue, message)
        .with_hint("raise max_error_count, or write fewer rows at once")
}

/// The level, the number and the message of a warning, if it means loss.
fn warning(mut row: TextRow<'_>, errors: Errors) -> Option<ServerError> {
    let (Ok(Cell::Text(level)), Ok(Cell::I64(number)), Ok(Cell::Text(message))) =
        (row.cell(0), row.cell(1), row.cell(2))
    else {
        return None;
    };
    if errors == Errors::Invalid && number == OUT_OF_RANGE && message.starts_with(CAST) {
        return Some(ServerError::new(1264, *b"22003", message.to_owned()));
    }
    let is_invalid = errors == Errors::Invalid && level == "Warning" && !is_empty_group(message);
    let means_loss =
        |errno: &u16| CUT.contains(errno) || *errno == KEPT || is_invalid && INVALID.contains(errno);
    let errno = u16::try_from(number).ok().filter(means_loss)?;
    Some(ServerError::new(errno, *b"HY000", message.to_owned()))
}

/// True for what MySQL 9.7 says of the greatest date of a group that has none: the group's row began with a zero date. A
/// date that somebody wrote and that is none is an error, or has no column.
fn is_empty_group(message: &str) -> bool {
    message.starts_with("Incorrect date value: '0000-00-00' for column ")
}
