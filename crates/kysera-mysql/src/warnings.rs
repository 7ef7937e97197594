//! Warnings that mean loss: the server has cut a value and sends it all the same.
//!
//! To ask for them is a trip, so only statements are asked of in which that can happen.

use crate::cells::TextRow;
use crate::error;
use crate::error::ServerError;
use crate::exchange::Event;
use crate::raw_connection::{Failure, RawConnection};
use kysera_sql::cell::Cell;
use kysera_sql::compiled::{Compiled, StatementKind};

/// A list of `group_concat` or of a JSON aggregate was cut; a function's result was longer than a packet.
const CUT: [u16; 2] = [1260, 1301];
/// What was computed is NULL or another value, because an operand was not valid: an error in every other database. Division
/// by zero, a value that is none of its type or beyond its range, a time that is none, a logarithm of what has none, a text
/// that is no JSON, bytes that are no text.
const INVALID: [u16; 17] =
    [1264, 1292, 1300, 1365, 1366, 1411, 1441, 1916, 3020, 3141, 3854, 4035, 4036, 4037, 4038, 4039, 4040];
/// What may make a warning that is an error: such a statement is not sent together with others.
const COMPUTES: [&str; 8] = [" / ", " div ", " % ", "cast(", "ln(", "log", "timestampadd(", "json_compact("];
/// Aggregates whose result has a most length, in two parts: what stands before the first `_`, and what begins with it.
const AGGREGATES: [(&str, &str); 3] = [("group", "_concat"), ("json", "_arrayagg"), ("json", "_objectagg")];

/// True for a statement whose warnings are looked at when there are some. Raw SQL has what it asks for.
#[inline]
pub(crate) fn are_looked_at(statement: &Compiled) -> bool {
    statement.kind != StatementKind::Raw || may_mean_loss(statement)
}

/// True for a statement that computes what may be no value.
pub(crate) fn may_come(statement: &Compiled) -> bool {
    let computes = || COMPUTES.iter().any(|words| statement.sql.contains(words));
    may_mean_loss(statement) || statement.kind != StatementKind::Raw && computes()
}

/// True for a statement in which a list may be cut.
pub(crate) fn may_mean_loss(statement: &Compiled) -> bool {
    let sql = statement.sql.as_bytes();
    let is_at = |at: usize| {
        AGGREGATES.iter().any(|(head, tail)| {
            let start = at.checked_sub(head.len());
            let is_head = start.is_some_and(|start| sql[start..at].eq_ignore_ascii_case(head.as_bytes()));
            is_head
                && sql[at..]
                    .get(..tail.len())
                    .is_some_and(|found| found.eq_ignore_ascii_case(tail.as_bytes()))
        })
    };
    sql.iter().enumerate().any(|(at, byte)| *byte == b'_' && is_at(at))
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
        Some(warning) if CUT.contains(&warning.errno()) => {
            Err(Failure::Kysera(error::from_server(warning).with_hint(
                "the result was cut: raise group_concat_max_len or max_allowed_packet, or read fewer rows",
            )))
        }
        Some(warning) => Err(Failure::Kysera(error::from_server(warning))),
        None => Ok(()),
    }
}

/// The level, the number and the message of a warning, if it means loss.
fn warning(mut row: TextRow<'_>) -> Option<ServerError> {
    let (Ok(Cell::Text(level)), Ok(Cell::I64(number)), Ok(Cell::Text(message))) =
        (row.cell(0), row.cell(1), row.cell(2))
    else {
        return None;
    };
    let means_loss = |errno: &u16| CUT.contains(errno) || level == "Warning" && INVALID.contains(errno);
    let errno = u16::try_from(number).ok().filter(means_loss)?;
    Some(ServerError::new(errno, *b"HY000", message.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::may_mean_loss;
    use kysera_sql::compiled::{Compiled, Facts, StatementKind};

    #[test]
    fn aggregates_that_may_be_cut_are_found_in_any_case() {
        let found = |sql: &str| may_mean_loss(&Compiled::new(sql, vec![], StatementKind::Read, Facts::new()));
        for sql in [
            "select group_concat(a) from t",
            "select GROUP_CONCAT(a)",
            "select x_y, json_arrayagg(a)",
            "json_objectagg",
        ] {
            assert!(found(sql), "{sql}");
        }
        for sql in ["select 1", "_concat", "select concat(a_b, group_) from json_array", "group_conca", ""] {
            assert!(!found(sql), "{sql}");
        }
    }
}
