//! From a row's packet to cells, which borrow it. Rows of prepared statements are in binary, those of plain text in text.
//!
//! Nothing is cut or guessed: what no cell can hold, such as the date `0000-00-00`, is an error that says so.

use crate::columns::Kind;
use crate::packet::Parser;
use kysera_sql::cell::{Cell, CellError};
use kysera_sql::row::DecodeError;
use kysera_sql::wire::temporal::{Civil, days_of};

const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// The cells of a row in binary, in order.
#[derive(Debug)]
pub(crate) struct BinaryRow<'r> {
    kinds: &'r [Kind],
    nulls: &'r [u8],
    rest: Parser<'r>,
}

impl<'r> BinaryRow<'r> {
    #[inline]
    pub(crate) fn new(packet: &'r [u8], kinds: &'r [Kind]) -> BinaryRow<'r> {
        // Two bits of the map are reserved.
        let (nulls, rest) =
            packet.get(1..).unwrap_or_default().split_at_checked((kinds.len() + 9) / 8).unwrap_or_default();
        BinaryRow { kinds, nulls, rest: Parser(rest) }
    }

    /// The next cell, which is that of the column `at`.
    #[inline]
    pub(crate) fn cell(&mut self, at: usize) -> Result<Cell<'r>, DecodeError> {
        match self.nulls.get((at + 2) / 8) {
            Some(byte) if byte >> ((at + 2) % 8) & 1 == 1 => return Ok(Cell::Null),
            Some(_) => {}
            None => return Err(DecodeError::new(at, damaged())),
        }
        let kind = *self.kinds.get(at).ok_or_else(|| DecodeError::new(at, damaged()))?;
        binary(kind, &mut self.rest).map_err(|error| DecodeError::new(at, error))
    }
}

#[inline]
fn binary<'r>(kind: Kind, rest: &mut Parser<'r>) -> Result<Cell<'r>, CellError> {
    let cell = match kind {
        Kind::I64 => rest.array().map(|bytes| Cell::I64(i64::from_le_bytes(bytes))),
        Kind::I32 => rest.array().map(|bytes| Cell::I64(i32::from_le_bytes(bytes).into())),
        Kind::U32 => rest.array().map(|bytes| Cell::I64(u32::from_le_bytes(bytes).into())),
        Kind::I16 => rest.array().map(|bytes| Cell::I64(i16::from_le_bytes(bytes).into())),
        Kind::U16 => rest.array().map(|bytes| Cell::I64(u16::from_le_bytes(bytes).into())),
        Kind::I8 => rest.array().map(|bytes| Cell::I64(i8::from_le_bytes(bytes).into())),
        Kind::U8 => rest.array().map(|bytes| Cell::I64(u8::from_le_bytes(bytes).into())),
        Kind::U64 => rest.array().map(|bytes| unsigned(u64::from_le_bytes(bytes))),
        Kind::F64 => rest.array().map(|bytes| Cell::F64(f64::from_le_bytes(bytes))),
        Kind::F32 => rest.array().map(|bytes| Cell::F64(f32::from_le_bytes(bytes).into())),
        Kind::Date | Kind::DateTime => return moment(kind, rest.counted().ok_or_else(damaged)?),
        Kind::Time => rest.counted().and_then(time),
        _ => return counted(kind, rest.counted().ok_or_else(damaged)?),
    };
    cell.ok_or_else(damaged)
}

#[inline]
fn unsigned<'r>(value: u64) -> Cell<'r> {
    match i64::try_from(value) {
        Ok(value) => Cell::I64(value),
        Err(_) => Cell::U64(value),
    }
}

/// A cell that both kinds of row send as bytes with their length.
#[inline]
fn counted(kind: Kind, bytes: &[u8]) -> Result<Cell<'_>, CellError> {
    match kind {
        Kind::Text => std::str::from_utf8(bytes).map(Cell::Text).map_err(|_| not_utf8()),
        Kind::Decimal => std::str::from_utf8(bytes).map(Cell::Decimal).map_err(|_| not_utf8()),
        Kind::Bytes => Ok(Cell::Bytes(bytes)),
        Kind::Uuid => uuid(bytes).map(Cell::Uuid).ok_or_else(damaged),
        Kind::Bit => bits(bytes).ok_or_else(damaged),
        Kind::Null => Ok(Cell::Null),
        _ => Err(CellError::new("a known type", "a type of the server that is not known here")
            .advice("cast the column in the query: `cast(x as char)`")),
    }
}

/// `67e55044-10b1-426f-9247-bb680e5fe0c8`
fn uuid(text: &[u8]) -> Option<[u8; 16]> {
    let mut value: u128 = 0;
    let mut digits = 0;
    for byte in text.iter().filter(|byte| **byte != b'-') {
        value = value << 4 | u128::from(char::from(*byte).to_digit(16)?);
        digits += 1;
    }
    (digits == 32).then(|| value.to_be_bytes())
}

/// `bit(n)`, with the highest byte first.
fn bits(bytes: &[u8]) -> Option<Cell<'_>> {
    let mut value = [0; 8];
    value.get_mut(8_usize.checked_sub(bytes.len())?..)?.copy_from_slice(bytes);
    Some(unsigned(u64::from_be_bytes(value)))
}

/// A date, or a date and time: the parts at the end are left out where they are zero.
fn moment(kind: Kind, bytes: &[u8]) -> Result<Cell<'_>, CellError> {
    let (date, time) = bytes.split_at_checked(4).unwrap_or((bytes, &[]));
    let [year, century, month, day] = *date else {
        return Err(if date.is_empty() { zero_date() } else { damaged() });
    };
    if month == 0 || day == 0 {
        return Err(zero_date());
    }
    let year = i32::from(u16::from_le_bytes([year, century]));
    let days = days_of(year, month, day).ok_or_else(no_such_day)?;
    let nanos = time_of_day(time).ok_or_else(damaged)?;
    match kind {
        Kind::Date if nanos == 0 => Ok(Cell::Date(days)),
        Kind::Date => Err(damaged()),
        _ => Ok(Cell::DateTime(Civil { days, nanos })),
    }
}

/// Hours, minutes, seconds and perhaps microseconds.
fn time_of_day(bytes: &[u8]) -> Option<i64> {
    let (hms, micros) = match *bytes {
        [] => return Some(0),
        [hour, minute, second] => ([hour, minute, second], 0),
        [hour, minute, second, a, b, c, d] => ([hour, minute, second], u32::from_le_bytes([a, b, c, d])),
        _ => return None,
    };
    let [hour, minute, second] = hms.map(i64::from);
    Some(((hour * 60 + minute) * 60 + second) * NANOS_PER_SECOND + i64::from(micros) * 1000)
}

/// A time, which may be negative and longer than a day: the reader says what it can hold.
fn time(bytes: &[u8]) -> Option<Cell<'_>> {
    let Some((head, rest)) = bytes.split_first_chunk::<5>() else {
        return bytes.is_empty().then_some(Cell::Time(0));
    };
    let days = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
    let nanos = i64::from(days).checked_mul(86_400 * NANOS_PER_SECOND)?.checked_add(time_of_day(rest)?)?;
    Some(Cell::Time(if head[0] == 1 { -nanos } else { nanos }))
}

/// The cells of a row in text, in order.
#[derive(Debug)]
pub(crate) struct TextRow<'r> {
    kinds: &'r [Kind],
    rest: Parser<'r>,
}

impl<'r> TextRow<'r> {
    pub(crate) fn new(packet: &'r [u8], kinds: &'r [Kind]) -> TextRow<'r> {
        TextRow { kinds, rest: Parser(packet) }
    }

    /// The next cell, which is that of the column `at`.
    pub(crate) fn cell(&mut self, at: usize) -> Result<Cell<'r>, DecodeError> {
        const NULL: u8 = 0xfb;
        if let [NULL, rest @ ..] = self.rest.0 {
            self.rest = Parser(rest);
            return Ok(Cell::Null);
        }
        let kind = *self.kinds.get(at).ok_or_else(|| DecodeError::new(at, damaged()))?;
        let cell = self.rest.counted().ok_or_else(damaged).and_then(|bytes| text(kind, bytes));
        cell.map_err(|error| DecodeError::new(at, error))
    }
}

fn text(kind: Kind, bytes: &[u8]) -> Result<Cell<'_>, CellError> {
    use Kind::{Bit, Bytes, Decimal, Null, Text, Unknown, Uuid};
    if matches!(kind, Text | Bytes | Decimal | Bit | Uuid | Null | Unknown) {
        return counted(kind, bytes);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| not_utf8())?;
    let cell = match kind {
        Kind::U64 => text.parse().ok().map(unsigned),
        Kind::F32 | Kind::F64 => text.parse().ok().map(Cell::F64),
        Kind::Date => return date_text(text).map(Cell::Date),
        Kind::DateTime => return datetime_text(text),
        Kind::Time => time_text(text).map(Cell::Time),
        _ => text.parse().ok().map(Cell::I64),
    };
    cell.ok_or_else(damaged)
}

fn date_text(text: &str) -> Result<i32, CellError> {
    let mut parts = text.splitn(3, '-');
    let mut part = || parts.next().and_then(|part| part.parse::<u16>().ok()).ok_or_else(damaged);
    let (year, month, day) = (part()?, part()?, part()?);
    if month == 0 || day == 0 {
        return Err(zero_date());
    }
    let small = |number| u8::try_from(number).map_err(|_| damaged());
    days_of(year.into(), small(month)?, small(day)?).ok_or_else(no_such_day)
}

fn datetime_text(text: &str) -> Result<Cell<'_>, CellError> {
    let (date, time) = text.split_once(' ').unwrap_or((text, "00:00:00"));
    let (days, nanos) = (date_text(date)?, time_text(time).ok_or_else(damaged)?);
    Ok(Cell::DateTime(Civil { days, nanos }))
}

/// `-838:59:59.000000`
fn time_text(text: &str) -> Option<i64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut seconds = 0;
    for part in whole.splitn(3, ':') {
        seconds = seconds * 60 + i64::from(part.parse::<u16>().ok()?);
    }
    let nanos: i64 = if fraction.is_empty() { 0 } else { format!("{fraction:0<9}").parse().ok()? };
    let total = seconds * NANOS_PER_SECOND + nanos;
    Some(if unsigned.len() == text.len() { total } else { -total })
}

#[cold]
fn damaged() -> CellError {
    CellError::new("a value", "damaged bytes")
}

#[cold]
fn not_utf8() -> CellError {
    CellError::new("text", "text that is not UTF-8")
}

#[cold]
fn zero_date() -> CellError {
    CellError::new("a date", "a zero date such as 0000-00-00, which is no day")
        .advice("write NULL instead, or read `if(x = 0, null, x)`")
}

#[cold]
fn no_such_day() -> CellError {
    CellError::new("a date", "a date that is not in the calendar")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn debug(row: &[u8], kinds: &[Kind]) -> Vec<String> {
        let mut row = BinaryRow::new(row, kinds);
        (0..kinds.len())
            .map(|at| row.cell(at))
            .map(|cell| cell.map_or_else(|error| error.source.found().to_owned(), |cell| format!("{cell:?}")))
            .collect()
    }

    #[test]
    fn a_binary_row_is_read_with_its_nulls() {
        let kinds = [Kind::I32, Kind::Text, Kind::U64, Kind::Bit];
        let row =
            [0, 0b1000, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 1, 0];
        let found = debug(&row, &kinds);
        assert_eq!(found, ["I64(-1)", "Null", "U64(18446744073709551615)", "I64(256)"]);
        assert_eq!(debug(&[], &kinds), vec!["damaged bytes"; 4]);
        assert_eq!(debug(&row[..4], &kinds)[0], "damaged bytes");
    }

    #[test]
    fn dates_and_times_are_the_same_in_binary_and_in_text() {
        let binary = |kind, bytes: &[u8]| {
            let cell = if kind == Kind::Time { time(bytes).ok_or_else(damaged) } else { moment(kind, bytes) };
            cell.map_or_else(|error| error.found().to_owned(), |cell| format!("{cell:?}"))
        };
        let as_text = |kind, bytes: &str| {
            text(kind, bytes.as_bytes())
                .map_or_else(|error| error.found().to_owned(), |cell| format!("{cell:?}"))
        };
        for (kind, bytes, text) in [
            (Kind::Date, &[0xe8, 7, 2, 29][..], "2024-02-29"),
            (Kind::DateTime, &[0xe8, 7, 2, 29, 23, 59, 58, 1, 0, 0, 0], "2024-02-29 23:59:58.000001"),
            (Kind::DateTime, &[0xe8, 7, 2, 29], "2024-02-29 00:00:00"),
            (Kind::DateTime, &[], "0000-00-00 00:00:00"),
            (Kind::Date, &[0xe8, 7, 2, 0], "2024-02-00"),
            (Kind::Date, &[0xe8, 7, 2, 31], "2024-02-31"),
            (Kind::Time, &[1, 34, 0, 0, 0, 22, 59, 59], "-838:59:59"),
            (Kind::Time, &[0, 0, 0, 0, 0, 1, 2, 3, 64, 226, 1, 0], "01:02:03.123456"),
            (Kind::Time, &[], "00:00:00"),
        ] {
            assert_eq!(binary(kind, bytes), as_text(kind, text), "{text}");
        }
        assert!(binary(Kind::Date, &[]).contains("zero date"));
    }
}
