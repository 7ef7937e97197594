//! Warnings that mean loss: the server has cut a value and sends it all the same.
//!
//! To ask for them is a trip, so only statements are asked of in which that can happen.

use crate::cells::TextRow;
use crate::error;
use crate::error::ServerError;
use crate::exchange::Event;
use crate::raw_connection::{Failure, RawConnection};
use kysera_sql::cell::Cell;
use kysera_sql::compiled::Compiled;

/// A list of `group_concat` or of a JSON aggregate was cut; a function's result was longer than a packet.
const CUT: [u16; 2] = [1260, 1301];
/// Aggregates whose result has a most length.
const AGGREGATES: [&str; 3] = ["group_concat", "json_arrayagg", "json_objectagg"];

/// True for a statement whose warnings are to be looked at.
pub(crate) fn may_mean_loss(statement: &Compiled) -> bool {
    let sql = statement.sql.as_bytes();
    AGGREGATES
        .iter()
        .any(|name| sql.windows(name.len()).any(|part| part.eq_ignore_ascii_case(name.as_bytes())))
}

/// Asks for the warnings of the statement before.
///
/// # Errors
/// The warning, if one means loss.
pub(crate) async fn check(raw: &mut RawConnection) -> Result<(), Failure> {
    raw.exchange.send_text("show warnings");
    let mut found = None;
    loop {
        match raw.exchange.next().await? {
            Event::Row(row) if found.is_none() => {
                let (bytes, columns) = raw.exchange.row_and_columns(row);
                found = warning(TextRow::new(bytes, columns.kinds()));
            }
            Event::Row(_) | Event::Columns | Event::Prepared(_) => {}
            Event::Done(_) => break,
            Event::Failed(error) => return Err(Failure::Server(error)),
        }
    }
    match found {
        Some(warning) => Err(Failure::Kysera(error::from_server(warning).with_hint(
            "the result was cut: raise group_concat_max_len or max_allowed_packet, or read fewer rows",
        ))),
        None => Ok(()),
    }
}

/// The level, the number and the message of a warning, if it means loss.
fn warning(mut row: TextRow<'_>) -> Option<ServerError> {
    let (Some(Ok(_)), Some(Ok(Cell::I64(number))), Some(Ok(Cell::Text(message)))) =
        (row.next(), row.next(), row.next())
    else {
        return None;
    };
    let errno = u16::try_from(number).ok().filter(|errno| CUT.contains(errno))?;
    Some(ServerError::new(errno, *b"HY000", message.to_owned()))
}
